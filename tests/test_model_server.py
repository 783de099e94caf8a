"""The model's server itself: the paths that other tests do not walk."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.model_server import ModelServer, model_server
from tests.model_wire import SCRIPTS


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with model_server() as running:
        yield running


@pytest.fixture
async def http(server: ModelServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as client:
        yield client


CHAT = {"model": "quote", "messages": [{"role": "user", "content": '<source n="1" title="T">\nA b. C.\n</source>'}]}


async def test_a_chat_may_come_in_one_piece(http: httpx.AsyncClient) -> None:
    told = (await http.post("/v1/chat/completions", json=CHAT)).json()
    assert told["choices"][0]["message"]["content"] == "A b [1]."
    assert told["usage"]["completion_tokens"] == 3


async def test_the_next_requests_behave_as_queued_and_all_are_recorded(http: httpx.AsyncClient) -> None:
    await http.post("/control/queue", json={"models": ["500"]})
    assert (await http.post("/v1/chat/completions", json={**CHAT, "stream": True})).status_code == 500
    assert "[DONE]" in (await http.post("/v1/chat/completions", json={**CHAT, "stream": True})).text
    told = (await http.get("/control/requests")).json()
    assert [request["body"]["model"] for request in told["requests"]] == ["quote", "quote"]
    assert told["queue"] == []


async def test_embeddings_of_like_texts_are_near(http: httpx.AsyncClient) -> None:
    texts = ["refund of an order", "refund of my order", "api error code"]
    data = (await http.post("/v1/embeddings", json={"model": "e", "input": texts, "dimensions": 64})).json()["data"]
    one, two, other = (item["embedding"] for item in data)
    assert len(one) == 64
    assert sum(a * b for a, b in zip(one, two, strict=True)) > sum(a * b for a, b in zip(one, other, strict=True))


async def test_rerank_puts_the_likest_first(http: httpx.AsyncClient) -> None:
    asked = {"model": "r", "query": "refund order", "documents": ["api", "order", "refund order"], "top_n": 2}
    results = (await http.post("/v2/rerank", json=asked)).json()["results"]
    assert [result["index"] for result in results] == [2, 1]


async def test_models_are_listed_and_other_paths_unknown(http: httpx.AsyncClient) -> None:
    assert {model["id"] for model in (await http.get("/v1/models")).json()["data"]} == set(SCRIPTS)
    assert (await http.get("/v1/nothing")).status_code == 404
