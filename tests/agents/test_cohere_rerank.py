"""The real cohere client against a server on loopback: it reranks, or says in words and in time why it does not."""

import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agents.house import Agents, open_agents
from agents.knowledge.reranking import RerankFailed
from agents.providers.cohere_client import open_cohere
from agents.providers.cohere_rerank import REST, CohereRerank
from agents.standalone import Standalone
from streaming.events import VectorSearch
from tests.agents.samples import asked, write
from tests.cohere_server import CohereServer, cohere_server

KEY = "a-very-secret-key"
TEXTS = ["The weather is fine.", "Refunds take 5 days.", "Refunds of annual plans take 30 days."]
PATIENCE = 30.0
SILENCE = 0.5
"""Seconds that are waited for one that says nothing."""
SLACK = 15.0
QUESTION = "How long can an annual plan be refunded?"


@pytest.fixture
async def server() -> AsyncIterator[CohereServer]:
    async with cohere_server() as running:
        yield running


async def scores(
    server: CohereServer, model: str, texts: Sequence[str] = TEXTS, within: float = PATIENCE
) -> list[float]:
    async with open_cohere(api_key=KEY, base_url=server.url) as cohere:
        return await CohereRerank(cohere, model, within).scores("refunds of annual plans", texts)


@asynccontextmanager
async def reranked(folder: Path, server: CohereServer, model: str) -> AsyncIterator[Agents]:
    documents = write(folder / "documents")
    async with (
        open_cohere(api_key=KEY, base_url=server.url) as cohere,
        open_agents(
            data_dir=folder / "data",
            documents=documents,
            reranker=CohereRerank(cohere, model, SILENCE if model == "silent" else PATIENCE),
        ) as agents,
    ):
        yield agents


async def searched(agents: Agents) -> tuple[VectorSearch, str]:
    facts, text, _ = await asked(agents, QUESTION)
    return next(fact for fact in facts if isinstance(fact, VectorSearch)), text


async def test_scores_come_in_the_order_of_the_texts(server: CohereServer) -> None:
    weather, some, right = await scores(server, "rerank")
    assert weather < some < right <= 1
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert server.requests[0].body["top_n"] == 3


@pytest.mark.parametrize("model", ["429-then-ok", "500-then-ok", "429-then-ok?after=0.1"])
async def test_what_passes_is_asked_for_again(server: CohereServer, model: str) -> None:
    assert len(await scores(server, model)) == 3
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("model", "why", "requests"),
    [
        ("429", "limits the rate of requests (HTTP 429)", 3),
        ("429?after=60", "limits the rate of requests (HTTP 429)", 1),
        ("500", "fails (HTTP 500)", 3),
        ("401", "refuses the key (HTTP 401): check COHERE_API_KEY", 1),
        ("404", "refuses the request (HTTP 404)", 1),
        ("silent", "did not answer within 0.5 seconds", 1),
        ("garbage", "gave an answer that cannot be read", 1),
        ("shapeless", "gave an answer that cannot be read", 1),
        ("too-few", "gave an answer that cannot be read", 1),
        ("beyond", "gave an answer that cannot be read", 1),
    ],
)
async def test_each_misbehaviour_is_told_in_words_and_in_time(
    server: CohereServer, model: str, why: str, requests: int
) -> None:
    begin = time.monotonic()
    with pytest.raises(RerankFailed) as caught:
        await scores(server, model, within=SILENCE if model == "silent" else PATIENCE)
    assert time.monotonic() - begin < PATIENCE + SLACK
    assert caught.value.message == f"Cohere {why}. The passages stand in the index's own order."
    assert caught.value.__cause__ is None
    assert len(server.requests) == requests


async def test_one_that_could_not_be_had_is_left_alone_for_a_while(server: CohereServer) -> None:
    now = 100.0
    async with open_cohere(api_key=KEY, base_url=server.url) as cohere:
        reranker = CohereRerank(cohere, "rerank", PATIENCE, lambda: now)
        server.queue.extend(["500"] * 3)
        with pytest.raises(RerankFailed, match="Cohere fails"):
            await reranker.scores("refunds", TEXTS)
        with pytest.raises(RerankFailed, match=r"Cohere fails \(HTTP 500\) a moment ago\."):
            await reranker.scores("refunds", TEXTS)
        assert len(server.requests) == 3
        now += REST
        assert len(await reranker.scores("refunds", TEXTS)) == 3


async def test_a_refused_connection_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: nobody else gets it, and it refuses
        async with open_cohere(api_key=KEY, base_url=f"http://127.0.0.1:{taken.getsockname()[1]}") as cohere:
            with pytest.raises(RerankFailed, match="Cohere cannot be reached"):
                await CohereRerank(cohere, "rerank", PATIENCE).scores("refunds", TEXTS)


async def test_the_model_decides_on_the_order_and_is_named(tmp_path: Path, server: CohereServer) -> None:
    async with reranked(tmp_path, server, "last-first") as agents:
        log, _ = await searched(agents)
        plain = await agents.retrieval.search(Standalone(QUESTION, ((QUESTION, 1.0),)), domain="billing")
    assert (log.status, log.data.reranker, log.data.warning) == ("success", "last-first", None)
    assert log.title.endswith("reranked by last-first")
    shown = [chunk.similarity for chunk in log.chunks or ()]
    assert shown == sorted(shown, reverse=True)
    documents = server.requests[0].body["documents"]
    assert log.chunks is not None
    assert log.chunks[0].content in documents[-1]
    assert server.requests[0].body["query"] == QUESTION
    assert plain.reranker == "last-first"


@pytest.mark.parametrize("model", ["500", "silent"])
async def test_its_failure_is_a_warning_and_the_answer_is_the_one_without_it(
    tmp_path: Path, server: CohereServer, model: str
) -> None:
    async with open_agents(data_dir=tmp_path / "plain", documents=write(tmp_path / "documents")) as agents:
        expected, text = await searched(agents)
    async with reranked(tmp_path, server, model) as agents:
        log, answer = await searched(agents)
    assert log.status == "warning"
    assert (log.data.warning or "").startswith("Cohere ")
    assert log.data.reranker is None
    assert [chunk.id for chunk in log.chunks or ()] == [chunk.id for chunk in expected.chunks or ()]
    assert answer == text
