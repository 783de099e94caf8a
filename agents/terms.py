"""Words as stemmed term numbers, by the same BM25 tokenizer that indexes the chunks; stop words are left out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from math import log

from qdrant_edge import Bm25, Bm25Config

AVERAGE_LENGTH = 100.0
"""Terms in an average chunk, for BM25's length normalisation."""

KNOWN_PIECES, LONGEST = 50_000, 40
"""Pieces between spaces whose terms are kept, and the letters of one that is: some 200 bytes each. A sentence of known
pieces takes 3 to 6 µs, the tokenizer 13."""

_BM25 = Bm25(Bm25Config(avg_len=AVERAGE_LENGTH))
_WORD = re.compile(r"[^\W_]+(?:['’][a-z]+)?", re.U)


class _Pieces(dict[str, Sequence[int]]):
    """The terms of what stands between spaces: no word reaches across one, so each is tokenized only once."""

    def __missing__(self, piece: str) -> Sequence[int]:
        found = tuple(_BM25.embed_query(piece).indices)
        if len(piece) <= LONGEST:
            if len(self) >= KNOWN_PIECES:
                self.clear()
            self[piece] = found
        return found


_PIECES = _Pieces()


def terms(text: str) -> frozenset[int]:
    """The distinct terms of a text."""
    return frozenset(chain.from_iterable(map(_PIECES.__getitem__, text.split())))


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
