"""Looks for many patterns at once: the words of a text rule nearly all of them out. Pure."""

import re
from collections.abc import Iterable
from functools import lru_cache, reduce
from operator import or_

from agents.knowledge.needles import SHORTEST, Needle, Needles, folded, marked, needles

KEPT = 1 << 15
"""Words of which it is kept what they hold: 7 MB at most."""
LONGEST = 40
"""Letters of a word that is kept."""
_START = SHORTEST
"""Letters by which needles are looked up; of those that are shorter, none is of ASCII's letters and figures alone."""


class Sieve:
    """Patterns that ignore case, searched for together.

    A word is what stands between two spaces, and a needle stands within a word; most words have been seen before. A
    pattern is searched for where, for one of its ways to match, a needle of each set is in some word.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns: list[re.Pattern[str]] = []
        self._pattern_of: list[int] = []
        ways: list[Needles] = []
        for n, pattern in enumerate(patterns):
            self._patterns.append(re.compile(pattern, re.I))
            own = needles(pattern)
            ways += own
            self._pattern_of += [n] * len(own)
        # What a word holds is a number: a layer of bits for the first set of each way, one for the second, and so on.
        self._layers = max(map(len, ways), default=0)
        self._unasked = 0
        bits: dict[Needle, int] = {}
        for n, sets in enumerate(ways):
            for layer in range(self._layers):
                bit = 1 << (layer * len(ways) + n)
                if layer >= len(sets):
                    self._unasked |= bit
                for needle in sets[layer] if layer < len(sets) else ():
                    bits[needle] = bits.get(needle, 0) | bit
        self._short = _by_start((each for each in bits.items() if len(each[0]) < _START), 1)
        self._others = _by_start((each for each in bits.items() if len(each[0]) >= _START), _START)
        self._known = lru_cache(KEPT)(self._held_by)

    def search(self, text: str) -> re.Match[str] | None:
        """The first match of the first of the patterns that matches anywhere."""
        for n in self._candidates(set(folded(text).split())):
            if found := self._patterns[n].search(text):
                return found
        return None

    def _candidates(self, words: set[str]) -> list[int]:
        """The patterns that a text of these words, folded, may match; in their order."""
        long = {word for word in words if len(word) > LONGEST}
        held = reduce(or_, map(self._known, words - long if long else words), self._unasked)
        held = reduce(or_, map(self._held_by, long), held)
        left = (1 << len(self._pattern_of)) - 1
        for layer in range(self._layers):
            left &= held >> (layer * len(self._pattern_of))
        return sorted({self._pattern_of[n] for n in _ones(left)})

    def _held_by(self, word: str) -> int:
        """The bits of the needles that are in a word."""
        word, bare = marked(word), word
        held = 0
        for start in range(len(word) - _START + 1):
            for needle, bits in self._others.get(word[start : start + _START], ()):
                if word.startswith(needle, start):
                    held |= bits
        if not (bare.isascii() and bare.isalnum()):  # it holds no short needle, then
            for start, letter in enumerate(word):
                for needle, bits in self._short.get(letter, ()):
                    if word.startswith(needle, start):
                        held |= bits
        return held


def _by_start(bits: Iterable[tuple[Needle, int]], letters: int) -> dict[str, list[tuple[Needle, int]]]:
    found: dict[str, list[tuple[Needle, int]]] = {}
    for needle, own in bits:
        found.setdefault(needle[:letters], []).append((needle, own))
    return found


def _ones(bits: int) -> Iterable[int]:
    """The places of a number's bits that are set."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
