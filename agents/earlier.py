"""Earlier questions that were answered, and the nearest of them that asks the same: a small vector index in memory."""

from collections.abc import Sequence
from threading import Lock

import numpy as np

from agents.embedding import Embedding, Vectors
from agents.likeness import LEAST_COSINE, Likeness

CAPACITY = 4096
"""Questions of one agent, 1 KiB each; the oldest fall out first."""
NEAREST = 8
"""Earlier questions that a new one is compared with."""


class Earlier:
    """The questions that one agent answered, each under its key. Safe to call from several threads; CPU only, .2 ms."""

    def __init__(self, embedding: Embedding, likeness: Likeness, capacity: int = CAPACITY) -> None:
        self._embedding = embedding
        self._likeness = likeness
        self._vectors: Vectors = np.zeros((capacity, embedding.dimension), np.float32)
        self._asked: list[tuple[str, str] | None] = [None] * capacity
        self._next = 0
        self._lock = Lock()

    def add(self, key: str, text: str) -> None:
        """Remembers a question."""
        vector = self._embedding.embed([text])[0]
        with self._lock:
            place = self._next % len(self._asked)
            self._asked[place] = (key, text)
            self._vectors[place] = vector
            self._next += 1

    def like(self, text: str) -> Sequence[tuple[str, float]]:
        """The keys of those that ask the same, with their cosine, nearest first."""
        with self._lock:
            count = min(self._next, len(self._asked))
            if not count:
                return ()
            cosines = self._vectors[:count] @ self._embedding.embed([text])[0]
            places = np.argsort(-cosines)[:NEAREST].tolist()
            near = [(self._asked[place], float(cosines[place])) for place in places]
        return [
            (asked[0], min(cosine, 1.0))
            for asked, cosine in near
            if asked is not None and cosine >= LEAST_COSINE and self._likeness(cosine, text, asked[1])
        ]

    def forget(self, key: str) -> None:
        """Forgets a question whose answer fell."""
        with self._lock:
            for place, asked in enumerate(self._asked):
                if asked is not None and asked[0] == key:
                    self._asked[place] = None
                    self._vectors[place] = 0.0
