"""Words as stemmed term numbers, by the same BM25 tokenizer that indexes the chunks; stop words are left out."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
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


class _Spelled(dict[str, Sequence[str]]):
    """The words in what stands between spaces, without stop words: `words` and `term` for each only once."""

    def __missing__(self, piece: str) -> Sequence[str]:
        found = tuple(word for word in words(piece) if term(word) is not None)
        if len(piece) <= LONGEST:
            if len(self) >= KNOWN_PIECES:
                self.clear()
            self[piece] = found
        return found


_SPELLED = _Spelled()


def spelled(text: str) -> set[str]:
    """The distinct words of a text in lower case, without stop words."""
    return set(chain.from_iterable(map(_SPELLED.__getitem__, text.split())))


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


class _Rareness(dict[int, float]):
    """The inverse document frequencies that were asked for, each computed once."""

    def __init__(self, chunks: int, frequency: Mapping[int, int]) -> None:
        super().__init__()
        self._chunks = chunks
        self._frequency = frequency
        self._unknown = log(1 + (chunks + 0.5) / 0.5)

    def __missing__(self, term: int) -> float:
        n = self._frequency.get(term)
        if n is None:
            return self._unknown
        self[term] = found = log(1 + (self._chunks - n + 0.5) / (n + 0.5))
        return found


@dataclass(frozen=True)
class TermStatistics:
    """In how many of the indexed chunks each term occurs."""

    chunks: int = 0
    frequency: Mapping[int, int] = field(default_factory=dict)

    @cached_property
    def idf(self) -> Callable[[int], float]:
        """BM25's inverse document frequency of a term; largest for a term that no chunk has."""
        return _Rareness(self.chunks, self.frequency).__getitem__

    def knows(self, term: int) -> bool:
        """Whether some chunk has the term."""
        return term in self.frequency
