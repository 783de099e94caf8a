"""Which thing a sentence speaks of, and of how many: every attempt, the last, a single one; the support team. Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache

from agents.forms import stem
from agents.terms import term

REACH = 2
"""Words after a determiner that it may belong to."""

_KINDS = {
    "all": "all every each any everything both entire whole always",
    "some": "some certain few",
    "many": "several multiple many various numerous",
    "one": "one single",
    "first": "first initial",
    "last": "last final",
    "next": "next upcoming following later subsequent",
    "previous": "previous preceding earlier past",
    "same": "same identical",
    "other": "other another different separate",
    "new": "new",
    "more": "more greater",
    "less": "less fewer",
    "most": "most",
    "least": "least",
}
_KIND = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_AGAINST = {
    "all": {"some", "one", "first", "last", "next", "previous"},
    "some": {"all"},
    "many": {"one"},
    "one": {"many", "all"},
    "first": {"all", "last", "next", "previous"},
    "last": {"all", "first", "next"},
    "next": {"last", "previous", "same", "first"},
    "previous": {"next", "same", "all", "last"},
    "same": {"other", "next", "previous", "new"},
    "new": {"same"},
    "other": {"same"},
    "more": {"less", "least"},
    "less": {"more", "most"},
    "most": {"least", "less"},
    "least": {"most", "more"},
}
_ALL = re.compile(
    r"\b(?:all|any|every|each)(?: of)?(?: (?:the|our|your|their|its))? (?P<what>[^\W\d_]+)(?: (?P<next>\w+))?", re.I
)
_PICKED = re.compile(r"\b(?P<which>\w{3,}ed|[A-Z]\w+) (?P<what>[^\W\d_]+)")
_TOKEN = re.compile(r"[^\W_]+|[,;:.!?()—–]")


def determined(text: str) -> frozenset[tuple[str, str]]:
    """Kinds of determiners, each with the stem of a word that it may belong to."""
    return frozenset(_determined([found.group().lower() for found in _TOKEN.finditer(text)]))


def at_odds(ours: frozenset[tuple[str, str]], theirs: frozenset[tuple[str, str]]) -> bool:
    """Whether there is a thing of which one side says another number or another of several than the other."""
    return any(
        key == other and against in _AGAINST[kind] and (kind, key) not in theirs
        for kind, key in ours
        for against, other in theirs
    )


def _determined(tokens: list[str]) -> Iterator[tuple[str, str]]:
    for place, token in enumerate(tokens):
        if token in _KIND:
            left = REACH
            for after in tokens[place + 1 : place + 2 + 2 * REACH]:
                if not after[0].isalnum() or not left or after in _KIND:
                    break
                if term(after) is not None:
                    yield _KIND[token], stem(after)
                    left -= 1


@lru_cache(maxsize=8192)
def all_of(text: str) -> frozenset[str]:
    """Stems of what it speaks of all of, without any word that tells which."""
    return frozenset(
        stem(found["what"].lower())
        for found in _ALL.finditer(text)
        if term(found["what"].lower()) is not None and term((found["next"] or "").lower()) is None
    )


@lru_cache(maxsize=8192)
def picked(text: str) -> frozenset[tuple[str, str]]:
    """Stems of words that pick out a thing, with it: "affected customers", "the Team plan"."""
    return frozenset(
        (stem(found["which"].lower()), stem(found["what"].lower()))
        for found in _PICKED.finditer(text)
        if term(found["what"].lower()) is not None
    )
