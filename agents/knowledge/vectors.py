"""The vectors of an index: what makes them, in this process or at a provider."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from agents.embedding import Embedding, Vectors
from agents.errors import IndexUnavailable


class EmbeddingFailed(IndexUnavailable):
    """No vectors came: without them nothing can be put into the index nor found in it."""

    def __init__(self, message: str, *, retryable: bool = True) -> None:
        super().__init__(message)
        self.retryable = retryable


class IndexEmbedding(Protocol):
    """Makes the vectors of chunks and of questions. `name` and `dimension` are what an index is bound to."""

    name: str
    dimension: int

    async def chunks(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, (n, dimension); all zeros for a text that says nothing. Raises EmbeddingFailed."""
        ...

    async def questions(self, texts: Sequence[str]) -> Vectors:
        """The same for what is looked up. Raises EmbeddingFailed."""
        ...


class Here:
    """The embedding in this process as an IndexEmbedding."""

    def __init__(self, embedding: Embedding) -> None:
        self.name = embedding.name
        self.dimension = embedding.dimension
        self._embedding = embedding

    async def chunks(self, texts: Sequence[str]) -> Vectors:
        return await asyncio.to_thread(self._embedding.embed, texts)

    async def questions(self, texts: Sequence[str]) -> Vectors:
        return await asyncio.to_thread(self._embedding.embed, texts)
