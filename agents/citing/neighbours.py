"""Which words of a sentence stand side by side, and which are joined by "and" or "or". Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache

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


@lru_cache(maxsize=8192)
def joined(text: str) -> frozenset[tuple[str, str]]:
    """Stems of words that are joined by "and" or "or", with nothing between."""
    found = ((each["one"].lower(), each["other"].lower()) for each in _JOINED.finditer(text))
    return frozenset(
        (stem(one), stem(other)) for one, other in found if term(one) is not None and term(other) is not None
    )
