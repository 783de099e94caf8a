"""What a sentence says comes before what: "unlink it before you rewind", "after that", "first … then". Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache

from agents.forms import stem
from agents.terms import term


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


Sequence = frozenset[tuple[str, str]]
"""Pairs of stems, of what comes earlier with what comes later."""

_WORD = re.compile(r"[^\W_]+")
_CLAUSE = re.compile(r"[;:]|,? (?:but|although|whereas|while) ", re.I)
_LINK = re.compile(r"\b(?P<before>before|prior to|ahead of)\b|\b(?P<after>after|once|as soon as|following)\b", re.I)
_FIRST = re.compile(r"\bfirst\b", re.I)
_THEN = re.compile(
    r"(?:,? (?:and|so|but)\b|[,;])(?= (?:only )?(?:then|afterwards?|after that|later)\b)"
    r"|,? and (?=[^,;]* (?:then|afterwards?|after that)\b)",
    re.I,
)
_FIRST_LAST = re.compile(r"^(?P<rest>.+?), (?:so|therefore|and) (?P<first>[^,]+) first\b", re.I)
_NO_STEP = _set("day days hour hours minute minutes month months week weeks year years first then afterwards")


@lru_cache(maxsize=8192)
def sequence(text: str) -> Sequence:
    """What comes before what, as far as the sentence tells."""
    steps = [(_stems(first), _stems(then)) for first, then in _steps(text)]
    return frozenset((one, other) for first, then in steps for one in first - then for other in then - first)


def reversed_in(ours: Sequence, theirs: Sequence) -> bool:
    """Whether what comes earlier on one side comes later on the other, and nothing in the same order."""
    return bool(theirs) and not ours & theirs and any((later, earlier) in theirs for earlier, later in ours)


def _steps(text: str) -> Iterator[tuple[str, str]]:
    """Texts of which the first tells what comes earlier."""
    if ends := _FIRST_LAST.match(text):
        yield ends["first"], ends["rest"]
    elif (then := _THEN.search(text)) and (_FIRST.search(text) or not _LINK.search(text)):
        yield text[: then.start()], text[then.end() :]
    for clause in _CLAUSE.split(text):
        links = list(_LINK.finditer(clause))
        for place, link in enumerate(links):
            end = links[place + 1].start() if place + 1 < len(links) else len(clause)
            if clause[: link.start()].strip():
                begin = links[place - 1].end() if place else 0
                main, told = clause[begin : link.start()].rpartition(",")[2] or clause[begin:], clause[link.end() : end]
                told = told.partition(",")[0]
            elif "," in clause:
                front, _, rest = clause[link.end() :].partition(",")
                inner = _LINK.search(front)
                told = front[: inner.start()] if inner else front
                after = _LINK.search(rest)
                main = rest[: after.start()] if after else rest
            else:
                continue
            yield (main, told) if link["before"] else (told, main)


def _stems(text: str) -> frozenset[str]:
    return frozenset(
        stem(word)
        for word in map(str.lower, _WORD.findall(text))
        if term(word) is not None and not word.isdigit() and word not in _NO_STEP
    )
