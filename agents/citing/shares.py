"""What each has for itself, and what all have together: "per token", "each user", "the whole workspace". Pure."""

import re
from functools import lru_cache

from agents.forms import stem
from agents.terms import term

_TIME = r"(?:\d+ )?(?:contract |calendar |business )?(?:second|minute|hour|day|week|month|quarter|year|time)"
_EACH = re.compile(rf"\b(?:each|every|per)(?! {_TIME})\s+(?P<one>\w+)(?:\s+(?P<next>\w+))?", re.I)
_WHOLE = re.compile(
    r"\b(?:whole|entire|shared?(?: by| among)?(?: all)?|together)\s+(?P<one>\w+)(?:\s+(?P<next>\w+))?", re.I
)
_TOGETHER = re.compile(r"\b(?:shares?|shared|together|combined|in total|jointly|one common)\b", re.I)
_APART = re.compile(rf"\b(?:(?:each|every|per)(?! {_TIME})|separately|individually)\b", re.I)


@lru_cache(maxsize=8192)
def each(text: str) -> frozenset[str]:
    """Stems of those that it says something of one by one."""
    return _stems(_EACH, text)


@lru_cache(maxsize=8192)
def whole(text: str) -> frozenset[str]:
    """Stems of what it says something of as a whole."""
    return _stems(_WHOLE, text)


@lru_cache(maxsize=8192)
def counted(text: str) -> str:
    """ "apart" where it holds for each by itself, "together" for all at once, "" where it does not say."""
    apart, together = bool(_APART.search(text)), bool(_TOGETHER.search(text))
    return "" if apart == together else "apart" if apart else "together"


def _stems(pattern: re.Pattern[str], text: str) -> frozenset[str]:
    return frozenset(
        stem(word.lower())
        for found in pattern.finditer(text)
        for word in found.groups()
        if word and term(word.lower()) is not None
    )
