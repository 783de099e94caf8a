"""What the terminal says of a step."""

from server.terminal import step


def test_a_search_that_went_less_well_says_why() -> None:
    data = {"chunks_retrieved": 6, "query": "refunds", "latency": 12.3}
    assert step("vector_search", {"data": data}) == "6 chunks for 'refunds' in 12 ms"
    told = step("vector_search", {"data": data | {"warning": "Cohere fails (HTTP 500)."}})
    assert told.endswith("ms. Cohere fails (HTTP 500).")


def test_a_verdict_that_a_model_was_asked_about_says_what_it_said_or_why_it_did_not() -> None:
    assert step("documents", {"data": {"verdict": "partial", "sources": []}}) == "partial"
    assert step("documents", {"data": {"verdict": "partial", "reasoning": "It says so."}}) == "partial. It says so."
    assert step("documents", {"data": {"verdict": "partial", "warning": "In vain."}}) == "partial. In vain."
