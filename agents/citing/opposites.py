"""Words of which one turns a sentence with the other around, in whatever form they stand: "keep" and "removed"."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import permutations
from typing import Protocol

from agents.function_words import OPPOSITES

_UNITS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade", "century")
_TURNED = tuple(
    tuple(side.split() for side in each.split(" / "))
    for each in (
        "keep remain stay retain preserve store / remove delete lose discard erase drop destroy",
        "fail failure unsuccessful / succeed success successful successfully",
        "charge / credit refund reimburse",
        "automatically automatic / manually manual",
        "continue / stop pause end cease interrupt",
        "before beforehand / after afterwards",
        "same / new different",
        "prevent block forbid prohibit / allow permit enable let",
        "include contain / exclude omit",
        "increase raise grow rise / reduce decrease lower shrink fall",
        "publish disclose reveal / hide conceal",
        "optional voluntary / required mandatory compulsory",
        "free / paid",
        "invite add / remove dismiss",
        "buy purchase / sell",
        "save / spend",
        "win / lose",
        "strengthen / weaken",
        "agree / disagree refuse",
        "gain / lose",
        "open / close",
        "never / always",
        "depend dependent / independent independently regardless irrespective",
    )
)
_OPPOSITE = (
    OPPOSITES
    | frozenset(permutations(_UNITS, 2))
    | {pair for one, other in _TURNED for a in one for b in other for pair in ((a, b), (b, a))}
)
"""Words of which one cannot stand for the other."""


class Bases(Protocol):
    """A dictionary, as far as this needs one."""

    def bases(self, word: str) -> tuple[str, ...]:
        """The words that this may be a form of."""
        ...


class Opposites:
    """Whether two words are opposites, by a list and by their prefixes; what the dictionary says is not asked here."""

    def __init__(self, lexicon: Bases) -> None:
        self._forms = lru_cache(maxsize=8192)(self._all_forms)
        self._lexicon = lexicon

    def __call__(self, one: str, other: str) -> bool:
        """Of words in lower case."""
        theirs = self._forms(other)
        return any(_prefixed(a, b) or (a, b) in _OPPOSITE for a in self._forms(one) for b in theirs)

    def _all_forms(self, word: str) -> frozenset[str]:
        return frozenset((word, *self._lexicon.bases(word), *_plainer(word)))


def _prefixed(one: str, other: str) -> bool:
    long, short = (one, other) if len(one) > len(other) else (other, one)
    return len(short) > 3 and long.endswith(short) and long.removesuffix(short) in _UN


def _plainer(word: str) -> Iterator[str]:
    """The word without an ending, for those that no dictionary has."""
    for ending in ("s", "ed", "ing"):
        if len(word) > len(ending) + 4 and word.endswith(ending):
            yield word.removesuffix(ending)


_UN = frozenset(["un", "non", "in", "im", "ir", "dis", "de"])
