"""Services that are configured: what a reader sees of them, and of their failing."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.cohere_server import cohere_server
from tests.e2e.clients import Client, answer_of
from tests.e2e.targets import Embedded, Model, running_model
from tests.e2e.test_contract import assert_error

Serve = Callable[..., Embedded]
CODE = "index_unavailable"


@pytest.fixture(scope="module")
def cohere() -> Iterator[Model]:
    with running_model(cohere_server) as running:
        yield running


async def searched(client: Client) -> tuple[dict[str, Any], str, str]:
    """The vector_search that a reader sees, the answer, and how the run ends."""
    async with client.chat_events(await client.session()) as stream:
        frames = await stream.rest()
    log = next(frame.data for frame in frames if frame.type == "vector_search")
    return log, answer_of(frames), frames[-1].type


async def test_a_reranker_that_fails_is_a_warning_to_the_reader_and_the_answer_comes(
    serve: Serve, cohere: Model
) -> None:
    server = serve(cohere_api_key="a-key-of-mine", cohere_base_url=cohere.url)
    async with Client([server.url]) as client:
        log, _, ending = await searched(client)
        assert (log["status"], ending) == ("success", "run.completed")
        assert log["data"]["reranker"] == "rerank-v5.0-fast"
        assert "warning" not in log["data"]
        cohere.next("401")
        log, answer, ending = await searched(client)
    assert (log["status"], ending) == ("warning", "run.completed")
    assert log["data"]["warning"] == (
        "Cohere refuses the key (HTTP 401): check COHERE_API_KEY. The passages stand in the index's own order."
    )
    assert "reranker" not in log["data"]
    assert "a-key-of-mine" not in str(log)
    asked = len(cohere.requests)
    server = serve(cohere_api_key="a-key-of-mine", cohere_base_url=cohere.url, cohere_rerank_model="none")
    async with Client([server.url]) as client:
        plain, expected, _ = await searched(client)
    assert plain["status"] == "success"
    assert len(cohere.requests) == asked, "no model, no reranking"
    assert answer == expected
    assert [chunk["id"] for chunk in log["chunks"]] == [chunk["id"] for chunk in plain["chunks"]]


async def test_an_embedding_that_is_configured_is_required(serve: Serve, cohere: Model) -> None:
    given = {"cohere_api_key": "a-key-of-mine", "cohere_base_url": cohere.url, "cohere_rerank_model": "none"}
    server = serve(cohere_embedding_model="embed?dimensions=32", **given)
    async with Client([server.url]) as client:
        log, answer, ending = await searched(client)
        assert (log["status"], ending) == ("success", "run.completed")
        assert answer
        cohere.aside("401")
        try:
            assert_error(await client.chat(await client.session(), "How do I rotate an API token?"), 503, CODE)
            async with client.chat_events(await client.session(), "How do I revoke an API token?") as stream:
                failed = (await stream.rest())[-1]
            health = (await client.get("/api/v1/health")).json()
        finally:
            cohere.aside(None)
    assert (failed.type, failed.data["code"], failed.data["retryable"]) == ("run.failed", CODE, False)
    assert failed.data["message"] == (
        "cohere/embed?dimensions=32 did not embed: Cohere refuses the key (HTTP 401): check COHERE_API_KEY."
    )
    assert health["status"] == "unhealthy"
    assert health["services"]["cohere"]["detail"] == "refuses the key (HTTP 401)"
