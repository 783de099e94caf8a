"""What the terminal says of a step."""

from server.terminal import step


def test_a_search_that_went_less_well_says_why() -> None:
    data = {"chunks_retrieved": 6, "query": "refunds", "latency": 12.3}
    assert step("vector_search", {"data": data}) == "6 chunks for 'refunds' in 12 ms"
    told = step("vector_search", {"data": data | {"warning": "Cohere fails (HTTP 500)."}})
    assert told.endswith("ms. Cohere fails (HTTP 500).")
