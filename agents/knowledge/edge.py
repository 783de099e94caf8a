"""The index in this process, on disk: Qdrant Edge, every call of it in a thread."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from qdrant_edge import (
    EdgeShard,
    FieldCondition,
    Filter,
    Fusion,
    MatchAny,
    MatchValue,
    Prefetch,
    Query,
    QueryRequest,
    RangeFloat,
    Record,
    ScrollRequest,
    SparseVector,
    UpdateOperation,
)

from agents.embedding import Vectors
from agents.errors import IndexUnavailable
from agents.knowledge.binding import (
    Binding,
    bind,
    store_documents,
    store_statistics,
    stored_documents,
    stored_statistics,
)
from agents.knowledge.edge_points import FIELDS, candidate_of, passage_of, point, unpacked_candidate
from agents.knowledge.edge_shard import only_under, open_shard
from agents.knowledge.index import Candidate, Entry
from agents.knowledge.kept import Kept
from agents.knowledge.library import Listed
from agents.knowledge.wholes import whole_documents
from agents.passage import Passage
from agents.terms import TermStatistics

_T = TypeVar("_T")
_FUSION: Any = Fusion.Rrf(k=60)  # the stub forgets that Rrf is a Fusion
_OF_A_DOCUMENT = ["document", "document_hash", "chunks"]


@asynccontextmanager
async def open_edge(
    directory: Path, *, name: str, binding: Binding, rebuildable: str = ""
) -> AsyncIterator["EdgeIndex"]:
    """The index under `directory`, created if there is none; closed, flushed, at the end.

    One that was made with another embedding or chunker is cleared if all its documents have keys under `rebuildable`,
    else raises IndexMismatch. Raises IndexBusy where another process has it open.
    """

    def only_rebuildable() -> bool:
        return bool(rebuildable) and only_under(directory, f"{rebuildable}/")

    def bound() -> EdgeShard:
        bind(directory, binding, may_rebuild=only_rebuildable)
        return open_shard(directory, binding.dimension)

    shard = await asyncio.to_thread(bound)
    index = EdgeIndex(shard, directory, name)
    try:
        await index.open()
        yield index
    finally:
        await asyncio.to_thread(shard.close)


class EdgeIndex:
    """Qdrant Edge behind the Index promise. Made by `open_edge`."""

    def __init__(self, shard: EdgeShard, directory: Path, name: str) -> None:
        self.name = name
        self.statistics = TermStatistics()
        self._shard = shard
        self._directory = directory
        self._kept = Kept()

    async def open(self) -> None:
        """Takes the statistics from disk; counts anew where an ingest was cut off before it stored them."""
        stored = await asyncio.to_thread(stored_statistics, self._directory)
        if stored is None:
            stored = await self._run(lambda: _counted(self._scroll(vector=["bm25"])))
        self.statistics = stored

    @property
    def edition(self) -> object:
        return self._kept.sheet()

    async def candidates(
        self, vector: Vectors, terms: Mapping[int, float], *, domains: Sequence[str], limit: int
    ) -> list[Candidate]:
        return await asyncio.to_thread(self.nearest, vector, terms, domains=domains, limit=limit)

    def nearest(
        self, vector: Vectors, terms: Mapping[int, float], *, domains: Sequence[str], limit: int
    ) -> list[Candidate]:
        """As InProcess promises."""
        within = Filter(must=[FieldCondition("domain", MatchAny(list(domains)))]) if domains else None
        wanted = SparseVector(list(terms), list(terms.values()))
        request = QueryRequest(
            limit=limit,
            prefetches=[
                Prefetch(limit=limit, query=Query.Nearest(vector.tolist(), using="dense"), filter=within),
                Prefetch(limit=limit, query=Query.Nearest(wanted, using="bm25"), filter=within),
            ],
            query=_FUSION,
            with_payload=False,
            with_vector=False,
        )
        with _told():
            return self._looked_up([str(point.id) for point in self._shard.query(request)])

    async def put(self, entries: Sequence[Entry]) -> None:
        await self._run(lambda: self._put(entries))

    def _looked_up(self, ids: Sequence[str]) -> list[Candidate]:
        # What was read once is kept: a point takes 30 µs to come, 90 where an older version wrote it.
        kept = self._kept.sheet()
        missing: list[Any] = [each for each in ids if each not in kept]
        fresh = self._shard.retrieve(missing, with_payload=True, with_vector=False) if missing else ()
        found: dict[str, Candidate] = {}
        older: list[Any] = []
        for record in fresh:
            number, payload = str(record.id), record.payload or {}  # each access makes Python objects of it anew
            if candidate := unpacked_candidate(number, payload):
                found[number] = candidate
            else:
                older.append(record.id)
        if older:
            records = self._shard.retrieve(older, with_payload=True, with_vector=True)
            found |= {str(record.id): candidate_of(record) for record in records}
        candidates = [found.get(each) or kept.get(each) for each in ids]
        self._kept.keep(kept, found)
        return [candidate for candidate in candidates if candidate is not None]

    def _all_kept(self, ids: Sequence[str]) -> dict[str, Passage] | None:
        """The chunks, where all are in memory: a cached answer then need not wait for a thread's turn."""
        kept = self._kept.sheet()
        found = {each: kept[each].passage for each in ids if each in kept}
        return found if len(found) == len(set(ids)) else None

    async def remove(self, document: str, *, from_position: int = 0) -> None:
        where = Filter(
            must=[
                FieldCondition("document", MatchValue(document)),
                FieldCondition("position", range=RangeFloat(gte=float(from_position))),
            ]
        )
        await self._run(lambda: self._remove(where))

    async def documents(self) -> dict[str, str]:
        return await self._run(self._documents)

    async def listed(self) -> list[Listed]:
        """All documents, by domain and title. Reads every chunk."""

        def listed() -> set[Listed]:
            payloads = (record.payload or {} for record in self._scroll(payload=["url", "title", "domain"]))
            return {Listed(str(each["url"]), str(each["title"]), str(each["domain"])) for each in payloads}

        return sorted(await self._run(listed), key=lambda each: (each.domain, each.title, each.url))

    async def document(self, url: str) -> list[Passage]:
        """A document's chunks in their order; empty if there is none with this url."""

        def chunks() -> list[Passage]:
            within = Filter(must=[FieldCondition("url", MatchValue(url))])
            records = self._scroll(payload=list(FIELDS), within=within)
            return [passage_of(str(record.id), record.payload or {}) for record in records]

        return sorted(await self._run(chunks), key=lambda passage: (passage.document, passage.position))

    async def hashes(self, chunk_ids: Sequence[str]) -> dict[str, str]:
        if (kept := self._all_kept(chunk_ids)) is not None:
            return {each: passage.content_hash for each, passage in kept.items()}
        records = await self._run(
            lambda: self._shard.retrieve(list(chunk_ids), with_payload=["content_hash"], with_vector=False)
        )
        return {str(record.id): str((record.payload or {})["content_hash"]) for record in records}

    async def passages(self, chunk_ids: Sequence[str]) -> dict[str, Passage]:
        if (kept := self._all_kept(chunk_ids)) is not None:
            return kept
        records = await self._run(
            lambda: self._shard.retrieve(list(chunk_ids), with_payload=list(FIELDS), with_vector=False)
        )
        return {str(record.id): passage_of(str(record.id), record.payload or {}) for record in records}

    async def settle(self) -> None:
        def settle() -> TermStatistics:
            self._shard.flush()
            self._shard.optimize()
            payloads: list[dict[str, Any]] = []

            def passing() -> Iterator[Record]:
                for record in self._scroll(payload=_OF_A_DOCUMENT, vector=["bm25"]):
                    payloads.append(record.payload or {})
                    yield record

            statistics = _counted(passing())
            store_statistics(self._directory, statistics)
            store_documents(self._directory, whole_documents(payloads))
            return statistics

        self.statistics = await self._run(settle)

    async def _run(self, work: Callable[[], _T]) -> _T:
        with _told():
            return await asyncio.to_thread(work)

    def _put(self, entries: Sequence[Entry]) -> None:
        # What is told on disk stands only for an index that was settled.
        store_statistics(self._directory, None)
        store_documents(self._directory, None)
        with self._kept.written():
            for start in range(0, len(entries), 256):
                points = [point(entry) for entry in entries[start : start + 256]]
                self._shard.update(UpdateOperation.upsert_points(points))

    def _remove(self, where: Filter) -> None:
        store_statistics(self._directory, None)
        store_documents(self._directory, None)
        with self._kept.written():
            self._shard.update(UpdateOperation.delete_points_by_filter(where))

    def _documents(self) -> dict[str, str]:
        stored = stored_documents(self._directory)
        if stored is not None:
            return stored
        return whole_documents(record.payload or {} for record in self._scroll(payload=_OF_A_DOCUMENT))

    def _scroll(
        self, *, payload: list[str] | None = None, vector: list[str] | None = None, within: Filter | None = None
    ) -> Iterator[Record]:
        offset = None
        while True:
            records, offset = self._shard.scroll(
                ScrollRequest(
                    offset=offset,
                    limit=1000,
                    filter=within,
                    with_payload=payload or False,
                    with_vector=vector or False,
                )
            )
            yield from records
            if offset is None:
                return


@contextmanager
def _told() -> Iterator[None]:
    """Raises IndexUnavailable for what Edge raises: plain Exception for everything."""
    try:
        yield
    except Exception as error:
        raise IndexUnavailable(f"The index could not be read or written: {error}") from error


def _counted(records: Iterable[Record]) -> TermStatistics:
    frequency: Counter[int] = Counter()
    chunks = 0
    for record in records:
        vector: Any = record.vector
        frequency.update(vector["bm25"].indices)
        chunks += 1
    return TermStatistics(chunks, dict(frequency))
