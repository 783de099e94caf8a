"""Vectors made by a provider: asked for in batches, checked, and of the length that its model was found to have."""

import asyncio
import base64
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from agents.embedding import Vectors
from agents.knowledge.vectors import EmbeddingFailed

Purpose = Literal["chunk", "question"]

QUESTION, CHUNKS = 5.0, 60.0
"""Seconds, all attempts together, that are waited for the vectors of a question, and for those of a batch of chunks."""
RETRIES: Mapping[Purpose, int] = {"question": 2, "chunk": 6}
"""Further attempts: an ingest rather waits than fails, also where the provider limits the rate."""
BATCH = 32
"""Texts of one request. Reading an answer holds up the event loop, of 1,536 numbers a vector: 128 11 to 27 ms, 32 8."""
AT_ONCE = 4
"""Requests at the same time."""
LONGEST = 8000
"""Characters of a text that are embedded: chunks are shorter, and providers refuse what is too long."""


class Provider(Protocol):
    """A provider's model."""

    name: str

    async def vectors(self, texts: Sequence[str], purpose: Purpose, *, within: float) -> Vectors:
        """A vector for each text, (n, d), as the provider gives it, within so many seconds. Raises EmbeddingFailed."""
        ...


class RemoteVectors:
    """An IndexEmbedding at a provider."""

    def __init__(self, provider: Provider, dimension: int) -> None:
        self.name = provider.name
        self.dimension = dimension
        self._provider = provider
        self._places = asyncio.Semaphore(AT_ONCE)

    async def chunks(self, texts: Sequence[str]) -> Vectors:
        return await self._embedded(texts, "chunk", CHUNKS)

    async def questions(self, texts: Sequence[str]) -> Vectors:
        return await self._embedded(texts, "question", QUESTION)

    async def _embedded(self, texts: Sequence[str], purpose: Purpose, within: float) -> Vectors:
        out = np.zeros((len(texts), self.dimension), np.float32)
        said = [row for row, text in enumerate(texts) if text.strip()]  # providers refuse empty texts

        async def fill(rows: Sequence[int]) -> None:
            async with self._places:
                found = await self._provider.vectors([texts[row][:LONGEST] for row in rows], purpose, within=within)
            out[rows] = self._checked(found, len(rows))

        try:
            async with asyncio.TaskGroup() as tasks:
                for start in range(0, len(said), BATCH):
                    tasks.create_task(fill(said[start : start + BATCH]))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None  # they fail alike
        return out

    def _checked(self, found: Vectors, count: int) -> Vectors:
        if found.shape[1:] != (self.dimension,):
            raise EmbeddingFailed(
                f"{self.name} gave vectors of {found.shape[-1]} numbers, but those in the index have {self.dimension}: "
                "set the model back, or name another one and ingest your documents anew.",
                retryable=False,
            )
        if len(found) != count or not np.isfinite(found).all():
            raise EmbeddingFailed(f"{self.name} gave vectors that cannot be used.")
        return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12), np.float32)


async def remote_vectors(provider: Provider, remembered: Path) -> RemoteVectors:
    """The vectors of a provider's model.

    How long they are is asked at each start and remembered in a file, so that a later start can do without an answer.
    Raises EmbeddingFailed.
    """
    try:
        found = await provider.vectors(["How long are your vectors?"], "question", within=QUESTION)
        dimension = int(found.shape[-1])
        await asyncio.to_thread(_remember, remembered, provider.name, dimension)
    except EmbeddingFailed:
        known = await asyncio.to_thread(_recall, remembered, provider.name)
        if known is None:
            raise
        dimension = known
    return RemoteVectors(provider, dimension)


def decoded(vectors: Any) -> Vectors:
    """Vectors as providers send them, lists of numbers or base64 of float32. CPU only. Raises ValueError, TypeError."""
    if not isinstance(vectors, list) or not vectors:
        raise ValueError("no list of vectors")
    if all(isinstance(each, str) for each in vectors):
        rows = [np.frombuffer(base64.b64decode(each, validate=True), "<f4") for each in vectors]
    else:
        rows = [np.asarray(each, np.float32) for each in vectors]
    if any(row.ndim != 1 or not row.size or row.size != rows[0].size for row in rows):
        raise ValueError("vectors of different lengths")
    return np.stack(rows).astype(np.float32)


def _remember(path: Path, name: str, dimension: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps({"embedding": name, "dimension": dimension}))
    temporary.replace(path)


def _recall(path: Path, name: str) -> int | None:
    try:
        stored = json.loads(path.read_text())
        return int(stored["dimension"]) if stored["embedding"] == name else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
