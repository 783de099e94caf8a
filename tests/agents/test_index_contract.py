"""What every index promises: Edge, and a server's collection (in the client's local mode, and at QDRANT_URL)."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import NAMESPACE_URL, uuid4, uuid5

import numpy as np
import pytest
from qdrant_client import AsyncQdrantClient

from agents.errors import IndexUnavailable
from agents.house import open_agents
from agents.knowledge.binding import Binding
from agents.knowledge.edge import open_edge
from agents.knowledge.index import Entry, IndexMismatch
from agents.knowledge.ingest import Ingest
from agents.knowledge.opening import Shelves
from agents.knowledge.server import ServerIndex, open_qdrant
from agents.passage import Passage
from agents.question import Question
from agents.terms import terms, weights
from tests.agents.samples import CODES, asked, write

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect")  # in local mode, and are not needed

BINDING = Binding("four", 4, "1")
Opening = Callable[[Binding], AbstractAsyncContextManager[Shelves]]


def entry(document: str, position: int, text: str, *, domain: str = "billing", chunks: int = 1) -> Entry:
    """A chunk whose dense vector points along one of four axes."""
    vector = np.eye(4, dtype=np.float32)[len(text) % 4]
    passage = Passage(
        chunk_id=str(uuid5(NAMESPACE_URL, f"{document}#{position}")),
        text=text,
        title=document.title(),
        heading="",
        url=f"https://docs.example/{document}",
        domain=domain,  # type: ignore[arg-type]  # a domain's name
        position=position,
        content_hash=f"hash of {text}",
        score=0.0,
        document=document,
    )
    return Entry(passage, vector, weights(text), document, "v1", chunks)


@asynccontextmanager
async def local(client: AsyncQdrantClient, binding: Binding) -> AsyncIterator[ServerIndex]:
    """The server's index over the client's local mode, which outlives it as a server would."""
    index = ServerIndex(client, "contract", binding)
    await index.open()
    yield index


@pytest.fixture(params=["edge", "local mode", "server"])
async def opening(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Opening]:
    """Opens the same index again and again."""
    if request.param == "edge":
        yield lambda binding: open_edge(tmp_path / "index", name="contract", binding=binding)
        return
    if request.param == "local mode":
        client = AsyncQdrantClient(":memory:")
        yield lambda binding: local(client, binding)
        await client.close()
        return
    url, key = os.environ.get("QDRANT_URL"), os.environ.get("QDRANT_API_KEY")
    if not url:
        pytest.skip("no Qdrant server to test against: set QDRANT_URL")
    name = f"contract-{uuid4()}"
    yield lambda binding: open_qdrant(url, api_key=key, collection=name, binding=binding)
    client = AsyncQdrantClient(url=url, api_key=key)
    await client.delete_collection(name)
    await client.close()


async def test_a_chunk_is_found_by_its_words_and_by_its_vector(opening: Opening) -> None:
    async with opening(BINDING) as index:
        cats, dogs = entry("cats", 0, "cats like milk"), entry("dogs", 0, "dogs like bones")
        await index.put([cats, dogs])
        await index.settle()
        by_word = dict.fromkeys(terms("milk"), 1.0)
        found = await index.candidates(cats.vector, by_word, domains=(), limit=5)
        assert [each.passage.chunk_id for each in found] == [cats.passage.chunk_id, dogs.passage.chunk_id]
        assert found[0].passage == cats.passage
        assert np.allclose(found[0].vector, cats.vector)
        assert dict(zip(found[0].terms.tolist(), found[0].weights.tolist(), strict=True)) == pytest.approx(cats.terms)
        assert len(await index.candidates(cats.vector, by_word, domains=(), limit=1)) == 1


async def test_two_documents_with_one_url_are_read_one_after_the_other(opening: Opening) -> None:
    async with opening(BINDING) as index:
        chunks = [entry(name, n, f"{name} {n}", chunks=2) for n in (0, 1) for name in ("cats", "dogs")]
        await index.put([replace(each, passage=replace(each.passage, url="docs/a.md")) for each in chunks])
        read = await index.document("docs/a.md")
        assert [each.text for each in read] == ["cats 0", "cats 1", "dogs 0", "dogs 1"]


async def test_a_search_may_be_kept_to_domains(opening: Opening) -> None:
    async with opening(BINDING) as index:
        own = entry("terms", 0, "the rules", domain="policy")
        await index.put([entry("prices", 0, "the rules"), own])
        found = await index.candidates(own.vector, own.terms, domains=("policy", "general"), limit=5)
        assert [each.passage.domain for each in found] == ["policy"]


async def test_a_chunk_put_twice_is_there_once_in_its_last_form(opening: Opening) -> None:
    async with opening(BINDING) as index:
        await index.put([entry("cats", 0, "cats like milk")])
        later = entry("cats", 0, "cats like fish")
        await index.put([later])
        await index.settle()
        assert index.statistics.chunks == 1
        assert await index.hashes([later.passage.chunk_id, str(uuid4())]) == {
            later.passage.chunk_id: "hash of cats like fish"
        }
        assert await index.passages([later.passage.chunk_id, str(uuid4())]) == {later.passage.chunk_id: later.passage}


async def test_what_was_found_before_is_told_as_it_is_now(opening: Opening) -> None:
    async with opening(BINDING) as index:
        first, other = entry("cats", 0, "cats like milk"), entry("dogs", 0, "dogs like bones")
        both = [first.passage.chunk_id, other.passage.chunk_id]
        await index.put([first, other])
        assert len(await index.candidates(first.vector, first.terms, domains=(), limit=5)) == 2
        assert await index.hashes(both) == {both[0]: "hash of cats like milk", both[1]: "hash of dogs like bones"}
        later = entry("cats", 0, "cats like fish")
        await index.put([later])
        assert await index.hashes(both[:1]) == {both[0]: "hash of cats like fish"}
        assert await index.passages(both[:1]) == {both[0]: later.passage}
        await index.candidates(first.vector, first.terms, domains=(), limit=5)
        await index.remove("cats")
        assert list(await index.hashes(both)) == both[1:]
        assert await index.passages(both[:1]) == {}


async def test_a_document_is_whole_only_with_all_its_chunks_of_one_version(opening: Opening) -> None:
    async with opening(BINDING) as index:
        await index.put([entry("cats", 0, "one", chunks=2), entry("cats", 1, "two", chunks=2)])
        await index.put([entry("half", 0, "one", chunks=2)])
        await index.put([replace(entry("mixed", 0, "one", chunks=2), document_hash="v2")])
        await index.put([entry("mixed", 1, "two", chunks=2)])
        assert await index.documents() == {"cats": "v1", "half": "", "mixed": ""}


async def test_what_was_not_settled_is_told_as_it_is(opening: Opening) -> None:
    async with opening(BINDING) as index:
        await index.put([entry("cats", 0, "one"), entry("dogs", 0, "one")])
        await index.settle()
        assert await index.documents() == {"cats": "v1", "dogs": "v1"}
        await index.remove("dogs")
        assert await index.documents() == {"cats": "v1"}
        await index.settle()
    async with opening(BINDING) as index:
        assert await index.documents() == {"cats": "v1"}
        await index.put([entry("half", 0, "one", chunks=2)])
    async with opening(BINDING) as index:
        assert await index.documents() == {"cats": "v1", "half": ""}


async def test_removing_from_a_position_on_leaves_what_stands_before(opening: Opening) -> None:
    async with opening(BINDING) as index:
        await index.put([entry("cats", position, f"part {position}", chunks=3) for position in range(3)])
        await index.put([entry("dogs", 0, "dogs")])
        await index.remove("cats", from_position=1)
        assert [p.text for p in await index.document("https://docs.example/cats")] == ["part 0"]
        await index.remove("cats")
        assert [each.title for each in await index.listed()] == ["Dogs"]
        assert await index.document("https://docs.example/cats") == []


async def test_what_was_settled_is_there_when_it_is_opened_again(opening: Opening) -> None:
    async with opening(BINDING) as index:
        await index.put([entry("cats", 0, "cats like milk"), entry("dogs", 0, "dogs like bones")])
        await index.settle()
        statistics = index.statistics
    async with opening(BINDING) as index:
        assert index.statistics == statistics
        assert statistics.chunks == 2
        assert statistics.frequency[next(iter(terms("like")))] == 2


@pytest.mark.parametrize("other", [Binding("five", 4, "1"), Binding("four", 5, "1"), Binding("four", 4, "2")])
async def test_another_embedding_dimension_or_chunker_is_refused_with_what_to_do(
    opening: Opening, other: Binding
) -> None:
    async with opening(BINDING):
        pass
    with pytest.raises(IndexMismatch, match=r"ingest your documents"):
        async with opening(other):
            pass


async def test_instances_that_ingest_the_same_documents_at_once_leave_them_there_once(tmp_path: Path) -> None:
    from agents.embedding import WordLlama

    embedding, folder = WordLlama(), write(tmp_path / "documents")
    binding = Binding(embedding.name, embedding.dimension, "1")
    client = AsyncQdrantClient(":memory:")
    try:
        async with local(client, binding) as first, local(client, binding) as second:
            both = [Ingest(index, embedding)([folder], sync=True, prefix="bundled") for index in (first, second)]
            await asyncio.gather(*both)
            assert set(await first.documents()) == {"bundled/refunds.md", "bundled/codes.md", "bundled/privacy.md"}
            assert "" not in (await second.documents()).values()
            assert (await client.count("contract")).count == 5
            again = await Ingest(second, embedding)([folder], sync=True, prefix="bundled")
            assert (again.unchanged, again.chunks) == (3, 0)
    finally:
        await client.close()


async def test_chunks_that_another_instance_put_are_counted_after_a_while(tmp_path: Path) -> None:
    client, now = AsyncQdrantClient(":memory:"), [0.0]
    reader = ServerIndex(client, "contract", BINDING, clock=lambda: now[0])
    writer = ServerIndex(client, "contract", BINDING)
    try:
        await reader.open()
        cats = entry("cats", 0, "cats like milk")
        await writer.put([cats])
        await reader.candidates(cats.vector, cats.terms, domains=(), limit=1)
        assert reader.statistics.chunks == 0
        now[0] = 31.0
        await reader.candidates(cats.vector, cats.terms, domains=(), limit=1)
        assert reader.statistics.chunks == 1
    finally:
        await client.close()


async def test_a_server_that_is_away_does_not_stop_the_start_and_each_question_says_so(tmp_path: Path) -> None:
    def nowhere(binding: Binding) -> AbstractAsyncContextManager[Shelves]:
        return open_qdrant("http://127.0.0.1:1", api_key=None, collection="x", binding=binding)

    async with open_agents(data_dir=tmp_path, documents=write(tmp_path / "documents"), index_at=nowhere) as agents:
        with pytest.raises(IndexUnavailable, match="Qdrant server cannot be reached"):
            await asked(agents, Question("How long do I have to ask for a refund?"))


async def test_the_agents_answer_from_a_shared_collection(tmp_path: Path) -> None:
    client = AsyncQdrantClient(":memory:")
    try:
        opening = open_agents(
            data_dir=tmp_path,
            documents=write(tmp_path / "documents"),
            index_at=lambda binding: local(client, binding),
        )
        async with opening as agents:
            _, text, _ = await asked(agents, "Which error code means that the disk is full?")
            assert "E-1020" in text
    finally:
        await client.close()


async def test_a_question_that_comes_again_is_answered_from_what_another_instance_has_put_since(tmp_path: Path) -> None:
    client, ask = AsyncQdrantClient(":memory:"), "Which error code means that the disk is full?"
    folder = write(tmp_path / "documents", {"codes.md": CODES})
    try:
        async with AsyncExitStack() as stack:
            here, there = [
                await stack.enter_async_context(
                    open_agents(
                        data_dir=tmp_path / name, documents=folder, index_at=lambda binding: local(client, binding)
                    )
                )
                for name in ("here", "there")
            ]
            assert "E-1020" in (await asked(there, ask))[1]
            (folder / "codes.md").write_text(CODES.replace("E-1020", "E-1077"))
            await here.ingest([folder], prefix="bundled")
            answer = (await asked(there, ask))[1]
            assert "E-1077" in answer
            assert "E-1020" not in answer
    finally:
        await client.close()
