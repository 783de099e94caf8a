"""Words as stemmed term numbers, by the same BM25 tokenizer that indexes the chunks; stop words are left out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import log

from qdrant_edge import Bm25, Bm25Config

AVERAGE_LENGTH = 100.0
"""Terms in an average chunk, for BM25's length normalisation."""

_BM25 = Bm25(Bm25Config(avg_len=AVERAGE_LENGTH))
_WORD = re.compile(r"[^\W_]+(?:['’][a-z]+)?", re.U)


def terms(text: str) -> frozenset[int]:
    """The distinct terms of a text."""
    return frozenset(_BM25.embed_query(text).indices) if text else frozenset()


def weights(text: str) -> dict[int, float]:
    """The terms of a document with their BM25 term-frequency weights (k 1.2, b .75)."""
    vector = _BM25.embed_document(text)
    return dict(zip(vector.indices, vector.values, strict=True))


@lru_cache(maxsize=65536)
def term(word: str) -> int | None:
    """The term of one word; None for a stop word."""
    return next(iter(_BM25.embed_query(word).indices), None)


def words(text: str) -> list[str]:
    """The words of a text in lower case, stop words included."""
    return [word.lower() for word in _WORD.findall(text)]


@dataclass(frozen=True, slots=True)
class TermStatistics:
    """In how many of the indexed chunks each term occurs."""

    chunks: int = 0
    frequency: Mapping[int, int] = field(default_factory=dict)

    def idf(self, term: int) -> float:
        """BM25's inverse document frequency; largest for a term that no chunk has."""
        n = self.frequency.get(term, 0)
        return log(1 + (self.chunks - n + 0.5) / (n + 0.5))

    def knows(self, term: int) -> bool:
        """Whether some chunk has the term."""
        return term in self.frequency
