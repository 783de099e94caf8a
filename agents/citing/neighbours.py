"""Which words of a sentence stand side by side, and which are joined by "and" or "or". Pure."""

import re
from collections.abc import Iterator

from agents.forms import stem
from agents.terms import term

_SIDE = re.compile(r"[^\W_]+|[^\s]")
_JOINED = re.compile(r"(?P<one>[^\W\d_]+),? (?:and|or) (?=(?P<other>[^\W\d_]+))")


def beside(text: str) -> Iterator[tuple[str, str]]:
    """Words that say something, and stand side by side."""
    before = ""
    for found in _SIDE.finditer(text):
        word = found.group().lower()
        key = stem(word) if word[0].isalpha() and term(word) is not None else ""
        if before and key:
            yield before, key
        before = key


def joined(text: str) -> Iterator[tuple[str, str]]:
    """Words that are joined by "and" or "or", with nothing between."""
    for found in _JOINED.finditer(text):
        one, other = found["one"].lower(), found["other"].lower()
        if term(one) is not None and term(other) is not None:
            yield stem(one), stem(other)
