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
    """Patterns that ignore case, searched for together: their needles rule nearly all of them out."""

    def __init__(self, patterns: Iterable[str], holding: Sequence[str] = (), or_matching: str = "") -> None:
        """Where a text holds none of `holding`, nor matches, none of the patterns is looked for."""
        self._holding = tuple(holding)
        self._or_matching = re.compile(or_matching, re.I)
        self._patterns: list[tuple[re.Pattern[str], Needles]] = []
        self._always: list[int] = []
        self._by_needle: dict[str, list[int]] = {}
        for n, pattern in enumerate(patterns):
            first, *others = sorted(needles(pattern), key=_commonness) or [frozenset[str]()]
            self._patterns.append((re.compile(pattern, re.I), tuple(others)))
            # The rarest set of each pattern rules nearly all of them out.
            for needle in first:
                self._by_needle.setdefault(needle, []).append(n)
            if not first:
                self._always.append(n)

    def search(self, text: str) -> re.Match[str] | None:
        """The first match of the first of the patterns that matches anywhere."""
        within = folded(text)
        if not any(each in within for each in self._holding) and not self._or_matching.search(text):
            return None
        candidates = set(self._always)
        for needle, own in self._by_needle.items():
            if needle in within:
                candidates.update(own)
        for n in sorted(candidates):
            pattern, others = self._patterns[n]
            if _holds(within, others) and (found := pattern.search(text)):
                return found
        return None


def _holds(text: str, needles: Needles) -> bool:
    """Whether a folded text holds one of each set."""
    for each in needles:
        for needle in each:
            if needle in text:
                break
        else:
            return False
    return True


def _commonness(needles: frozenset[str]) -> float:
    """How often a text may hold one of them: short strings are in many."""
    return sum(30.0 ** -min(len(each.strip()), 6) for each in needles)


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
