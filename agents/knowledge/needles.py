"""What a text must hold for a pattern to match: looked for first, it spares most searches. Pure."""

import re
from collections.abc import Iterable, Sequence
from functools import reduce
from importlib import import_module
from typing import Any

Needles = tuple[frozenset[str], ...]
"""Of each of these sets, a text that matches holds at least one string, once folded; none: it may match any text."""

SHORTEST = 3
"""Letters of a string worth looking for: shorter ones are in every text."""

_SAME = str.maketrans("İıſᲀᲁᲂᲃᲄᲅᲆᲇ", "iisвдосттъѣ")
"""What `re.IGNORECASE` takes for these letters, and `str.lower` does not."""


class Sieve:
    """Patterns that ignore case, searched for together: .1 ms for a passage, where all fifty one by one take 1."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns: list[tuple[re.Pattern[str], frozenset[str], Needles]] = []
        for pattern in patterns:
            first, *others = sorted(needles(pattern), key=len) or [frozenset[str]()]
            self._patterns.append((re.compile(pattern, re.I), first, tuple(others)))
        # The smallest set of each pattern rules nearly all of them out: a third of the needles.
        self._needles = tuple(sorted({one for _, first, _ in self._patterns for one in first}))

    def search(self, text: str) -> re.Match[str] | None:
        """The first match of the first of the patterns that matches anywhere."""
        within = folded(text)
        held = {needle for needle in self._needles if needle in within}
        for pattern, first, others in self._patterns:
            if first and first.isdisjoint(held):
                continue
            if not all(any(needle in within for needle in each) for each in others):
                continue
            if found := pattern.search(text):
                return found
        return None


def folded(text: str) -> str:
    """A text as needles are looked for in it."""
    return text.lower() if text.isascii() else text.translate(_SAME).lower()


def needles(pattern: str) -> Needles:
    """The needles of a pattern that ignores case."""
    # The parser of `re` has no public name; its trees have been the same since Python 3.7.
    tree = import_module("re._parser").parse(pattern, re.I)
    return tuple(_least(each) for each in _needed(tree) if all(map(_tells, each)))


def _needed(tree: Iterable[Any], before: str = "") -> list[frozenset[str]]:
    """A set for everything that stands in a row; all of them are needed. `before` is what stands before it."""
    found: list[frozenset[str]] = []
    run = before
    for name, value in tree:
        kind = str(name)
        if kind == "LITERAL":
            run += folded(chr(value))
            continue
        if kind in ("AT", "ASSERT", "ASSERT_NOT"):  # these take no room
            continue
        if run:
            found.append(frozenset((run,)))
        if kind == "SUBPATTERN":
            found += _needed(value[-1], run[-1:])
        elif kind == "BRANCH":
            found += _either([_needed(each, run[-1:]) for each in value[1]])
        elif kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and value[0] > 0:
            found += _needed(value[2], run[-1:])
        run = ""
    return [*found, frozenset((run,))] if run else found


def _either(branches: Sequence[Sequence[frozenset[str]]]) -> list[frozenset[str]]:
    """One set that holds for all the branches: the best of each, together."""
    if not all(branches):
        return []
    best = [max(branch, key=lambda each: (all(map(_tells, each)), min(map(len, each)))) for branch in branches]
    return [reduce(frozenset.union, best)]


def _tells(needle: str) -> bool:
    bare = needle.strip()
    return len(needle) >= SHORTEST or (bool(bare) and not (bare.isascii() and bare.isalnum()))


def _least(needles: frozenset[str]) -> frozenset[str]:
    """The needles without those that hold another."""
    return frozenset(one for one in needles if not any(other in one for other in needles if other != one))
