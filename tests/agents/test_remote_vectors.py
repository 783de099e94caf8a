"""Embeddings of OpenAI and Cohere through their real clients, against servers on loopback, well- and ill-behaved."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from agents.house import Agents, open_agents
from agents.knowledge.index import IndexMismatch
from agents.knowledge.remote_vectors import Provider, RemoteVectors, decoded
from agents.knowledge.vectors import EmbeddingFailed
from agents.providers.cohere_client import open_cohere
from agents.providers.cohere_embedding import CohereEmbedding
from agents.providers.openai_embedding import open_openai_embedding
from agents.question import Question
from tests.agents.samples import asked, write
from tests.cohere_server import cohere_server
from tests.model_server import ModelServer, model_server

KEY = "a-very-secret-key"
QUESTION = "How long can an annual plan be refunded?"
WITHIN = 30.0


class Place:
    """One provider's server, and how its models are opened."""

    def __init__(self, name: str, server: ModelServer) -> None:
        self.name = name
        self.server = server

    @asynccontextmanager
    async def model(self, model: str) -> AsyncIterator[Provider]:
        if self.name == "cohere":
            async with open_cohere(api_key=KEY, base_url=self.server.url) as cohere:
                yield CohereEmbedding(cohere, model)
        else:
            async with open_openai_embedding(api_key=KEY, base_url=self.server.url, model=model) as embedding:
                yield embedding


@pytest.fixture(params=["openai", "cohere"])
async def place(request: pytest.FixtureRequest) -> AsyncIterator[Place]:
    async with AsyncExitStack() as stack:
        opening = cohere_server() if request.param == "cohere" else model_server()
        yield Place(request.param, await stack.enter_async_context(opening))


@asynccontextmanager
async def house(folder: Path, place: Place, model: str) -> AsyncIterator[Agents]:
    documents = write(folder / "documents")
    async with (
        place.model(model) as provider,
        open_agents(data_dir=folder / "data", documents=documents, provider=provider) as agents,
    ):
        yield agents


async def test_texts_become_unit_vectors_in_batches_and_in_order(place: Place) -> None:
    texts = [f"text number {n}" for n in range(300)] + [" "]
    async with place.model("embed?dimensions=8") as provider:
        embedding = RemoteVectors(provider, 8)
        vectors = await embedding.chunks(texts)
        one = (await embedding.questions([texts[271]]))[0]
    assert vectors.shape == (301, 8)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors[:-1], axis=1), 1, atol=1e-5)
    assert not vectors[-1].any(), "what says nothing is not sent"
    assert np.allclose(vectors[271], one, atol=1e-6)
    sizes = [len(each.body.get("texts") or each.body["input"]) for each in place.server.requests]
    assert sorted(sizes) == sorted([1, 12, *[32] * 9])
    if place.name == "cohere":
        assert [each.body["input_type"] for each in place.server.requests][-2:] == ["search_document", "search_query"]


@pytest.mark.parametrize("model", ["429-then-ok", "500-then-ok"])
async def test_what_passes_is_asked_for_again(place: Place, model: str) -> None:
    async with place.model(model) as provider:
        assert (await provider.vectors(["text"], "question", within=WITHIN)).shape == (1, 256)
    assert len(place.server.requests) == 2


@pytest.mark.parametrize(
    ("openai", "cohere", "retryable"),
    [
        ("500", "500", True),
        ("429?after=60", "429?after=60", True),
        ("401", "401", False),
        ("404", "404", False),
        ("slow-start", "silent", True),
        ("json", "shapeless", None),
        ("json-garbage", "garbage", None),
    ],
)
async def test_each_misbehaviour_is_an_error_of_the_index_in_time_and_without_the_key(
    place: Place, openai: str, cohere: str, retryable: bool | None
) -> None:
    model = openai if place.name == "openai" else cohere
    within = 0.5 if model in ("slow-start", "silent") else WITHIN
    begin = time.monotonic()
    async with place.model(model) as provider:
        with pytest.raises(EmbeddingFailed) as caught:
            await provider.vectors(["text"], "question", within=within)
    assert time.monotonic() - begin < WITHIN
    assert caught.value.code == "index_unavailable"
    assert retryable is None or caught.value.retryable is retryable
    assert caught.value.message.startswith(f"{place.name}/{model} ")
    assert KEY not in caught.value.message
    assert "127.0.0.1" not in caught.value.message


@pytest.mark.parametrize("model", ["too-few", "embed?dimensions=9"])
async def test_vectors_of_another_number_or_length_are_refused(place: Place, model: str) -> None:
    async with place.model(model) as provider:
        with pytest.raises(EmbeddingFailed) as caught:
            await RemoteVectors(provider, 256).chunks(["one", "two"])
    assert ("9 numbers" in caught.value.message) == model.startswith("embed")


@pytest.mark.parametrize("given", [[], None, [[1.0], [1.0, 2.0]], ["!"], ["AAAA"], [[]], [["x"]], [1.0]])
def test_what_is_no_list_of_vectors_is_not_read(given: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        decoded(given)


async def test_documents_are_found_by_the_models_vectors_and_the_index_is_bound_to_it(
    tmp_path: Path, place: Place
) -> None:
    async with house(tmp_path, place, "embed?dimensions=64") as agents:
        _, text, ending = await asked(agents, Question(QUESTION))
        await agents.ingest([write(tmp_path / "own", {"a.md": "# A\nMine."})])
    assert ending.agent == "billing"
    assert "30 days" in text
    assert ending.sources
    async with house(tmp_path, place, "embed?dimensions=64") as agents:
        assert len(await agents.index.documents()) == 4
    with pytest.raises(IndexMismatch, match="delete the folder"):
        async with house(tmp_path, place, "other?dimensions=64"):
            pass
    with pytest.raises(IndexMismatch, match=r"wordllama.* is configured"):
        async with open_agents(data_dir=tmp_path / "data", documents=tmp_path / "documents"):
            pass


async def test_another_length_of_the_same_model_is_refused(tmp_path: Path, place: Place) -> None:
    async with house(tmp_path, place, "embed") as agents:
        await asked(agents, QUESTION)
        place.server.aside = "embed?dimensions=9"
        with pytest.raises(EmbeddingFailed, match=r"9 numbers.*ingest your documents anew"):
            await asked(agents, "How long are cookies kept?")


async def test_a_provider_that_is_away_stops_no_later_start_but_each_question_until_it_is_back(
    tmp_path: Path, place: Place
) -> None:
    place.server.aside = "401"
    with pytest.raises(EmbeddingFailed, match="refuse"):
        async with house(tmp_path, place, "embed"):
            pass
    place.server.aside = None
    async with house(tmp_path, place, "embed"):
        pass
    place.server.aside = "401"
    async with house(tmp_path, place, "embed") as agents:
        with pytest.raises(EmbeddingFailed, match="refuse"):
            await asked(agents, QUESTION)
        place.server.aside = None
        _, text, _ = await asked(agents, QUESTION)
    assert "30 days" in text
