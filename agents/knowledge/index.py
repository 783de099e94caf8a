"""What is asked of a vector index: the promise that every backend keeps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from agents.embedding import Vectors
from agents.errors import AgentError
from agents.passage import Passage
from agents.terms import TermStatistics


class IndexMismatch(AgentError):
    """The index on disk was made with another embedding or chunker; its vectors cannot be compared."""

    code = "index_mismatch"


class IndexBusy(AgentError):
    """Another process has the index open."""

    code = "index_busy"
    retryable = True


@dataclass(frozen=True, slots=True)
class Entry:
    """A chunk on its way into the index, one of the `chunks` of the document with the key `document`."""

    passage: Passage
    vector: Vectors
    terms: Mapping[int, float]
    document: str
    document_hash: str
    chunks: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that a search found: its dense vector, its terms and their BM25 weights, for whoever ranks it."""

    passage: Passage
    vector: Vectors
    terms: NDArray[np.uint32]
    weights: Vectors


class Index(Protocol):
    """Chunks with dense and BM25 vectors. Every method raises IndexUnavailable when the index cannot be reached."""

    name: str

    @property
    def statistics(self) -> TermStatistics:
        """Term statistics as of the last `settle`."""
        ...

    async def candidates(
        self, vector: Vectors, terms: Mapping[int, float], *, domains: Sequence[str], limit: int
    ) -> list[Candidate]:
        """At most `limit` chunks nearest to the query by both kinds of vector, fused by rank, best first.

        `domains` empty means all of them.
        """
        ...

    async def put(self, entries: Sequence[Entry]) -> None:
        """Adds the chunks, replacing those with the same id. Durable once `settle` returned."""
        ...

    async def remove(self, document: str, *, from_position: int = 0) -> None:
        """Removes the document's chunks from that position on."""
        ...

    async def documents(self) -> dict[str, str]:
        """The content hash of every document that is there as a whole; "" for one that was left half written."""
        ...

    async def hashes(self, chunk_ids: Sequence[str]) -> dict[str, str]:
        """The content hashes of those of the chunks that exist."""
        ...

    async def passages(self, chunk_ids: Sequence[str]) -> dict[str, Passage]:
        """Those of the chunks that exist, by id."""
        ...

    async def settle(self) -> None:
        """Makes what was put durable and fast to search, and renews the statistics."""
        ...


@runtime_checkable
class InProcess(Protocol):
    """An index to which this process alone writes, and that a thread can ask which has more to do."""

    @property
    def edition(self) -> object:
        """Never the same object before and after a write, nor twice while one goes on; seldom another one without."""
        ...

    def nearest(
        self, vector: Vectors, terms: Mapping[int, float], *, domains: Sequence[str], limit: int
    ) -> list[Candidate]:
        """What `candidates` gives. Blocks: use a thread. Raises IndexUnavailable."""
        ...
