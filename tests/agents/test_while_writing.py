"""While an index is being written to: from the moment a search can see a new text, nothing speaks from the old one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Any

from agents.knowledge.binding import Binding
from agents.knowledge.edge import EdgeIndex, open_edge
from agents.knowledge.index import Candidate
from agents.knowledge.kept import Kept
from agents.question import Question
from agents.standalone import standalone
from streaming.events import Cache
from tests.agents.samples import REFUNDS, asked, house
from tests.agents.test_index_contract import BINDING, entry

ASK = "How long can the first payment of an annual plan be refunded?"
PATIENCE = 10.0
PUT_OTHERWISE = "Please, how long can a first payment of an annual plan be refunded"


class Held:
    """A shard whose writes stop twice: before they are done, and when they are but the writer does not know yet."""

    def __init__(self, shard: Any) -> None:
        self._shard = shard
        self.begun, self.may_write, self.written, self.may_return = Event(), Event(), Event(), Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shard, name)

    def update(self, operation: Any) -> None:
        self.begun.set()
        assert self.may_write.wait(PATIENCE)
        self._shard.update(operation)
        self.written.set()
        assert self.may_return.wait(PATIENCE)


def held(index: Any) -> Held:
    """Its writes are held from now on."""
    assert isinstance(index, EdgeIndex)
    index._shard = shard = Held(index._shard)  # type: ignore[assignment]  # a shard but for when it writes
    return shard


async def reached(event: Event) -> None:
    assert await asyncio.to_thread(event.wait, PATIENCE)


@asynccontextmanager
async def index(folder: Path, binding: Binding = BINDING) -> AsyncIterator[EdgeIndex]:
    async with open_edge(folder, name="held", binding=binding) as opened:
        yield opened


async def test_no_answer_from_the_old_text_is_given_once_a_search_can_see_the_new_one(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        for _ in range(2):
            facts, text, ending = await asked(agents, ASK)
            assert "30 days" in text
        assert ending.metrics.cache_status == "hit"
        (tmp_path / "documents" / "refunds.md").write_text(REFUNDS.replace("within 30 days", "within 45 days"))
        shard = held(agents.index)
        shard.may_write.set()
        ingest = asyncio.create_task(agents.ingest([tmp_path / "documents"], prefix="bundled"))
        await reached(shard.written)
        found = [passage.text for passage in (await agents.search(ASK)).passages]
        assert any("45 days" in text for text in found)
        for question in (PUT_OTHERWISE, ASK, Question(ASK, agent="billing")):
            facts, text, _ = await asked(agents, question)
            assert "45 days" in text
            assert "30 days" not in text
            assert any(isinstance(fact, Cache) for fact in facts)
        shard.may_return.set()
        assert (await ingest).replaced == 1


async def test_what_routing_saw_before_a_write_is_not_what_is_answered_from_after_it(tmp_path: Path) -> None:
    async with house(tmp_path) as agents:
        question = standalone(Question(ASK))
        await agents.retrieval.domains(question)
        (tmp_path / "documents" / "refunds.md").write_text(REFUNDS.replace("within 30 days", "within 45 days"))
        shard = held(agents.index)
        shard.may_write.set()
        ingest = asyncio.create_task(agents.ingest([tmp_path / "documents"], prefix="bundled"))
        await reached(shard.written)
        texts = " ".join(passage.text for passage in (await agents.retrieval.search(question)).passages)
        assert "45 days" in texts
        assert "30 days" not in texts
        shard.may_return.set()
        await ingest


async def test_what_is_read_while_a_write_is_on_its_way_is_not_told_after_it(tmp_path: Path) -> None:
    async with index(tmp_path) as edge:
        old, new = entry("cats", 0, "cats like milk"), entry("cats", 0, "cats like fish")
        number = old.passage.chunk_id
        await edge.put([old])
        shard = held(edge)
        put = asyncio.create_task(edge.put([new]))
        await reached(shard.begun)
        found = await edge.candidates(old.vector, old.terms, domains=(), limit=5)
        assert [each.passage.text for each in found] == ["cats like milk"]
        shard.may_write.set()
        await reached(shard.written)
        assert await edge.hashes([number]) == {number: new.passage.content_hash}
        assert await edge.passages([number]) == {number: new.passage}
        shard.may_return.set()
        await put
        assert await edge.hashes([number]) == {number: new.passage.content_hash}


async def test_a_chunk_that_was_removed_is_gone_before_the_one_who_removes_it_knows(tmp_path: Path) -> None:
    async with index(tmp_path) as edge:
        cats = entry("cats", 0, "cats like milk")
        await edge.put([cats])
        await edge.candidates(cats.vector, cats.terms, domains=(), limit=5)
        shard = held(edge)
        shard.may_write.set()
        remove = asyncio.create_task(edge.remove("cats"))
        await reached(shard.written)
        assert await edge.hashes([cats.passage.chunk_id]) == {}
        shard.may_return.set()
        await remove


async def test_an_index_is_of_one_edition_until_something_is_written(tmp_path: Path) -> None:
    async with index(tmp_path) as edge:
        cats = entry("cats", 0, "cats like milk")
        await edge.put([cats])
        before = edge.edition
        await edge.candidates(cats.vector, cats.terms, domains=(), limit=5)
        assert edge.edition is before
        shard = held(edge)
        put = asyncio.create_task(edge.put([cats]))
        await reached(shard.begun)
        assert edge.edition is not before
        assert edge.edition is not edge.edition
        shard.may_write.set()
        shard.may_return.set()
        await put
        assert edge.edition is edge.edition
        assert edge.edition is not before


def chunk(text: str) -> Candidate:
    made = entry("cats", 0, text)
    return Candidate(made.passage, made.vector, *(2 * (made.vector,)))  # type: ignore[arg-type]  # nobody looks


def test_a_slow_reader_keeps_nothing_that_was_read_before_a_write_even_where_memory_is_full() -> None:
    kept = Kept(most=2)
    sheet = kept.sheet()
    kept.keep(sheet, {"a": chunk("a"), "b": chunk("b")})
    assert set(kept.sheet()) == {"a", "b"}
    with kept.written():
        pass
    kept.keep(sheet, {"c": chunk("c as it was")})
    assert kept.sheet() == {}
    sheet = kept.sheet()
    kept.keep(sheet, {"a": chunk("a"), "b": chunk("b")})
    kept.keep(sheet, {"c": chunk("c")})
    assert set(kept.sheet()) == {"c"}, "of more than it holds, the last that came"


def test_of_two_writers_the_last_one_lets_readers_keep_again() -> None:
    kept = Kept()
    with kept.written():
        with kept.written():
            pass
        sheet = kept.sheet()
        kept.keep(sheet, {"a": chunk("a")})
        assert kept.sheet() == {}
    kept.keep(kept.sheet(), {"a": chunk("a")})
    assert set(kept.sheet()) == {"a"}
