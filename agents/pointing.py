"""What a question points at as if it had been named before: "this library", "the actor". Pure."""

import re
from collections.abc import Iterator, Sequence

from agents.terms import term, terms

_THIS = re.compile(r"\b(?:this|these)\s+([a-z]{3,})", re.I)
_THE = re.compile(r"\bthe\s+([a-z]{3,})", re.I)
_GOES_ON = re.compile(r"\s+([\w'’]+)")
_NOT_THINGS = {
    *("time", "week", "month", "year", "day", "morning", "evening", "quarter", "summer", "winter"),
    *("way", "case", "one", "too", "means", "mean", "happen", "happens", "happened", "work", "works", "cost", "costs"),
    *("apply", "applies", "take", "takes", "help", "helps", "matter", "matters", "count", "counts"),
}
"""Words after "this" that need no name, or that say what it does: "Why does this happen?"."""


def pointed_at(parts: Sequence[tuple[str, float]]) -> str | None:
    """The first word after "this" or "these" in the last turn that no turn before it said; None if there is none."""
    return next((match.group(1) for match in _unsaid(_THIS, parts)), None)


def unsaid(parts: Sequence[tuple[str, float]]) -> float:
    """How much the last turn leans on something that was not said: "this library" 1, "the library" .5, else 0."""
    if pointed_at(parts) is not None:
        return 1.0
    return 0.5 if next(_unsaid(_THE, parts), None) is not None else 0.0


def thing(parts: Sequence[tuple[str, float]]) -> str | None:
    """What is pointed at, where it is plainly one word: "library" of "this library?", none of "this old library"."""
    for match in _unsaid(_THIS, parts):
        after = _GOES_ON.match(parts[0][0], match.end())
        return match.group(1) if after is None or term(after.group(1).lower()) is None else None
    return None


def _unsaid(pattern: re.Pattern[str], parts: Sequence[tuple[str, float]]) -> Iterator[re.Match[str]]:
    earlier = frozenset[int]().union(*(terms(text) for text, _ in parts[1:]))
    for match in pattern.finditer(parts[0][0]):
        word = match.group(1).lower()
        number = term(word)
        if number is not None and number not in earlier and word not in _NOT_THINGS:
            yield match
