"""The index that instances share: a collection on a Qdrant server, reached through its client."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from time import monotonic
from typing import Any, TypeVar

import numpy as np
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException, UnexpectedResponse

from agents.embedding import Vectors
from agents.errors import IndexUnavailable
from agents.knowledge.binding import Binding
from agents.knowledge.index import Candidate, Entry, IndexMismatch
from agents.knowledge.library import Listed
from agents.knowledge.packing import FIELD, packed, unpacked
from agents.knowledge.wholes import whole_documents
from agents.passage import Passage
from agents.terms import TermStatistics

TIMEOUT = 5
"""Seconds after which a request to the server is given up; the client takes whole ones."""
RENEW = 30.0
"""Seconds after which a search looks whether another instance has changed the number of chunks."""
BATCH, PAGE = 128, 500
"""Chunks written by one request, and read by one."""

_T = TypeVar("_T")
_FUSION = models.RrfQuery(rrf=models.Rrf(k=60))
_FIELDS = ["text", "title", "heading", "url", "domain", "position", "content_hash", "anchor", "document"]


@asynccontextmanager
async def open_qdrant(
    url: str, *, api_key: str | None, collection: str, binding: Binding
) -> AsyncIterator["ServerIndex"]:
    """The collection on the server at `url`, created if there is none.

    A server that is away does not keep this from opening: each call then raises IndexUnavailable until it is back.
    Raises IndexMismatch for a collection that was made with another embedding or chunker.
    """
    client = AsyncQdrantClient(url=url, api_key=api_key, timeout=TIMEOUT, check_compatibility=False, trust_env=False)
    try:
        index = ServerIndex(client, collection, binding)
        await index.open()
        yield index
    finally:
        await client.close()


class ServerIndex:
    """A collection behind the Index promise.

    What is written has the same ids on every instance, so that several that ingest the same documents write the same.
    """

    def __init__(
        self, client: AsyncQdrantClient, name: str, binding: Binding, clock: Callable[[], float] = monotonic
    ) -> None:
        self.name = name
        self.statistics = TermStatistics()
        self._client = client
        self._binding = binding
        self._clock = clock
        self._ready = False
        self._counted = 0.0
        self._one_at_a_time = asyncio.Lock()

    async def open(self) -> None:
        """Finds or makes the collection, where the server can be reached. Raises IndexMismatch."""
        try:
            await self._prepared()
        except IndexUnavailable:
            self._ready = False  # each call tries again

    async def candidates(
        self, vector: Vectors, terms: Mapping[int, float], *, domains: Sequence[str], limit: int
    ) -> list[Candidate]:
        await self._prepared()
        await self._renewed()
        among = models.MatchAny(any=list(domains))
        within = models.Filter(must=[models.FieldCondition(key="domain", match=among)]) if domains else None
        wanted = models.SparseVector(indices=list(terms), values=list(terms.values()))
        found = await _answered(
            self._client.query_points(
                self.name,
                prefetch=[
                    models.Prefetch(query=vector.tolist(), using="dense", limit=limit, filter=within),
                    models.Prefetch(query=wanted, using="bm25", limit=limit, filter=within),
                ],
                query=_FUSION,
                limit=limit,
                with_payload=[*_FIELDS, FIELD],
                with_vectors=False,
            )
        )
        older = [point.id for point in found.points if FIELD not in (point.payload or {})]
        fetched = {record.id: _candidate(record) for record in await self._with_vectors(older)}
        return [fetched.get(point.id) or _unpacked(point) for point in found.points]

    async def _with_vectors(self, ids: Sequence[models.ExtendedPointId]) -> list[models.Record]:
        """Points that an older version wrote, whose vectors come as lists of numbers."""
        if not ids:
            return []
        return await _answered(self._client.retrieve(self.name, ids, with_payload=_FIELDS, with_vectors=True))

    async def put(self, entries: Sequence[Entry]) -> None:
        await self._prepared()
        for start in range(0, len(entries), BATCH):
            points = [_point(entry) for entry in entries[start : start + BATCH]]
            await _answered(self._client.upsert(self.name, points, wait=True))

    async def remove(self, document: str, *, from_position: int = 0) -> None:
        await self._prepared()
        where = models.Filter(
            must=[
                models.FieldCondition(key="document", match=models.MatchValue(value=document)),
                models.FieldCondition(key="position", range=models.Range(gte=float(from_position))),
            ]
        )
        await _answered(self._client.delete(self.name, models.FilterSelector(filter=where), wait=True))

    async def documents(self) -> dict[str, str]:
        await self._prepared()
        return whole_documents(
            [record.payload or {} async for record in self._scroll(payload=["document", "document_hash", "chunks"])]
        )

    async def listed(self) -> list[Listed]:
        """All documents, by domain and title. Reads every chunk."""
        await self._prepared()
        payloads = [record.payload or {} async for record in self._scroll(payload=["url", "title", "domain"])]
        listed = {Listed(str(each["url"]), str(each["title"]), str(each["domain"])) for each in payloads}
        return sorted(listed, key=lambda each: (each.domain, each.title, each.url))

    async def document(self, url: str) -> list[Passage]:
        """A document's chunks in their order; empty if there is none with this url."""
        await self._prepared()
        within = models.Filter(must=[models.FieldCondition(key="url", match=models.MatchValue(value=url))])
        chunks = [_passage(record) async for record in self._scroll(payload=_FIELDS, within=within)]
        return sorted(chunks, key=lambda passage: (passage.document, passage.position))

    async def hashes(self, chunk_ids: Sequence[str]) -> dict[str, str]:
        await self._prepared()
        records = await _answered(
            self._client.retrieve(self.name, list(chunk_ids), with_payload=["content_hash"], with_vectors=False)
        )
        return {str(record.id): str((record.payload or {})["content_hash"]) for record in records}

    async def passages(self, chunk_ids: Sequence[str]) -> dict[str, Passage]:
        await self._prepared()
        records = await _answered(
            self._client.retrieve(self.name, list(chunk_ids), with_payload=_FIELDS, with_vectors=False)
        )
        return {str(record.id): _passage(record) for record in records}

    async def settle(self) -> None:
        await self._prepared()
        self.statistics = await self._count()

    async def _prepared(self) -> None:
        if self._ready:
            return
        async with self._one_at_a_time:
            if not self._ready:
                await self._bind()
                self.statistics = await self._count()
                self._ready = True

    async def _bind(self) -> None:
        wanted = asdict(self._binding)
        if not await _answered(self._client.collection_exists(self.name)):
            await self._create(wanted)
        found = (await _answered(self._client.get_collection(self.name))).config.metadata
        if found != wanted:
            raise IndexMismatch(
                f"The collection {self.name} was made with {found}, but {wanted} is configured. Configure that again, "
                "or set QDRANT_COLLECTION to a new name and ingest your documents. (Qdrant must be 1.16 or newer.)"
            )

    async def _create(self, metadata: dict[str, Any]) -> None:
        try:
            await self._client.create_collection(
                self.name,
                vectors_config={
                    "dense": models.VectorParams(size=self._binding.dimension, distance=models.Distance.COSINE)
                },
                sparse_vectors_config={"bm25": models.SparseVectorParams(modifier=models.Modifier.IDF)},
                metadata=metadata,
            )
        except UnexpectedResponse as error:
            if error.status_code != 409:  # 409: another instance made it first, and makes its fields too
                raise _unavailable(error) from error
        except (ApiException, QdrantException) as error:
            raise _unavailable(error) from error
        for field in ("domain", "document", "url"):
            await _answered(self._client.create_payload_index(self.name, field, models.PayloadSchemaType.KEYWORD))
        await _answered(self._client.create_payload_index(self.name, "position", models.PayloadSchemaType.INTEGER))

    async def _renewed(self) -> None:
        """Counts the terms anew where another instance has put or removed chunks."""
        if self._clock() - self._counted < RENEW:
            return
        self._counted = self._clock()
        chunks = (await _answered(self._client.count(self.name, exact=True))).count
        if chunks != self.statistics.chunks:
            self.statistics = await self._count()

    async def _count(self) -> TermStatistics:
        frequency: Counter[int] = Counter()
        chunks = 0
        async for record in self._scroll(vector=["bm25"]):
            vector: Any = record.vector
            frequency.update(vector["bm25"].indices)
            chunks += 1
        self._counted = self._clock()
        return TermStatistics(chunks, dict(frequency))

    async def _scroll(
        self,
        *,
        payload: list[str] | None = None,
        vector: list[str] | None = None,
        within: models.Filter | None = None,
    ) -> AsyncIterator[models.Record]:
        offset: Any = None
        while True:
            records, offset = await _answered(
                self._client.scroll(
                    self.name,
                    scroll_filter=within,
                    limit=PAGE,
                    offset=offset,
                    with_payload=payload or False,
                    with_vectors=vector or False,
                )
            )
            for record in records:
                yield record
            if offset is None:
                return


async def _answered(call: Awaitable[_T]) -> _T:
    try:
        return await call
    except (ApiException, QdrantException) as error:
        raise _unavailable(error) from error


def _unavailable(error: Exception) -> IndexUnavailable:
    # The client's messages may hold the request; its status says enough to the one who asks.
    why = f"answers HTTP {error.status_code}" if isinstance(error, UnexpectedResponse) else "cannot be reached"
    return IndexUnavailable(f"The index cannot be used: the Qdrant server {why}.")


def _point(entry: Entry) -> models.PointStruct:
    passage = entry.passage
    sparse = models.SparseVector(indices=list(entry.terms), values=list(entry.terms.values()))
    return models.PointStruct(
        id=passage.chunk_id,
        vector={"dense": entry.vector.tolist(), "bm25": sparse},
        payload={field: getattr(passage, field) for field in _FIELDS}
        | {"document": entry.document, "document_hash": entry.document_hash, "chunks": entry.chunks}
        | {FIELD: packed(entry.vector, entry.terms)},
    )


def _passage(point: Any) -> Passage:
    payload = point.payload
    return Passage(
        chunk_id=str(point.id), score=0.0, **{field: payload[field] for field in _FIELDS if field in payload}
    )


def _unpacked(point: Any) -> Candidate:
    return Candidate(_passage(point), *unpacked(point.payload[FIELD]))


def _candidate(point: Any) -> Candidate:
    sparse = point.vector["bm25"]
    dense = np.asarray(point.vector["dense"], np.float32)
    indices, values = np.asarray(sparse.indices, np.uint32), np.asarray(sparse.values, np.float32)
    return Candidate(_passage(point), dense, indices, values)
