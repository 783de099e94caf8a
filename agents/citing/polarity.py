"""Which words of a sentence stand in a clause that is negated, and which in one that is not. Pure."""

import re
from collections.abc import Iterator

from agents.forms import stem
from agents.terms import term


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TOKEN = re.compile(r"[^\W_]+|[,;:.!?()—–]")
_BARE = (
    (
        re.compile(r"\b(?:no|not) (?:more|longer|later|larger|less|fewer|earlier|smaller) than\b|\bnot only\b", re.I),
        " ",
    ),
    (re.compile(r"\bno matter\b", re.I), "regardless"),
)
_VERBS = _set(
    """
    is are was were be been has have had can could may might must should will would shall does do did ca
    """
)
_NEGATIVES = _set(
    """
    not no never none nobody nothing neither nor cannot unable hardly excluded excludes excluding exempt forbidden
    prohibited impossible unavailable lacks unless barred banned refused rejected declined denied
    """
)
"""Words of which an even number in a clause affirms it. "Refused" and "excluded" are "not accepted", "not included"."""
_LOCAL = frozenset(["without", "regardless", "irrespective", "whichever", "whatever", "except"])
"""Negatives of the next words alone."""
_REACH = 2
_PARTING = _set(
    """
    but so because whereas while although though unless until except yet if when before once
    """
)
_FRONTED = _set(
    """
    if when whenever once after before unless until while in on for with without as since
    """
)
_JOINING = frozenset(["and", "or", "nor"])
_GOING_ON = _JOINING | {"but", "so", "yet"}


def polarity(text: str) -> tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]:
    """The stems that are affirmed, those that are denied, of these the ones right after a negative, and those of whom
    what was denied before is affirmed: "owners" in "members cannot, but owners can".

    A word may be affirmed and denied.
    """
    affirmed, denied, struck, exempt = set[str](), set[str](), set[str](), set[str]()
    before: list[str] = []
    for clause in _clauses([found.group().lower() for found in _TOKEN.finditer(_bare(text))]):
        for key, against in _told(clause):
            if against is not True:
                affirmed.add(key)
            if against is not False:
                denied.add(key)
        struck.update(_struck(clause))
        verb = _verb(clause)
        if not _NEGATIVES.isdisjoint(clause):
            if not any(map(_says, clause[verb:])):  # "but browsers do not": what is said before is denied of them
                struck.update(stem(word) for word in clause[:verb] if _says(word))
                denied.update(stem(word) for word in before[_verb(before) :] if _says(word))
            elif _GOING_ON.issuperset(clause[:verb]):  # "and cannot be undone": the subject stands before
                denied.update(stem(word) for word in before[: _verb(before)] if _says(word))
        elif not _NEGATIVES.isdisjoint(before) and clause and not any(map(_says, clause[verb:])):
            exempt.update(stem(word) for word in clause[:verb] if _says(word))
        before = clause or before
    return frozenset(affirmed), frozenset(denied), frozenset(struck & denied), frozenset(exempt)


def _verb(clause: list[str]) -> int:
    """Where the verb of a clause stands, as far as it is told by an auxiliary or a negative."""
    return next((n for n, word in enumerate(clause) if word in _VERBS or word in _NEGATIVES), 0)


def _bare(text: str) -> str:
    """The text with its negations apart, and without those that only bound a figure."""
    for pattern, instead in _BARE:
        text = pattern.sub(instead, text)
    return text


def _told(clause: list[str]) -> Iterator[tuple[str, bool | None]]:
    """Each word's stem, with whether it is denied; None of what is not, but has something denied of it."""
    local = [word in _LOCAL or (word == "no" and any(map(_says, clause[:n]))) for n, word in enumerate(clause)]
    negatives = [n for n, word in enumerate(clause) if word in _NEGATIVES and not local[n]]
    against = len(negatives) % 2 == 1
    verb = next((n for n, word in enumerate(clause) if word in _VERBS or n in negatives), 0)
    goes_on = any(map(_says, clause[verb + 1 :])) and bool(negatives) and verb <= negatives[0] and bool(verb)
    left = 0
    for n, word in enumerate(clause):
        if local[n]:
            left = _REACH
        elif _says(word):
            yield stem(word), None if goes_on and n < verb else against != (left > 0)
            left = max(left - 1, 0)


def _struck(clause: list[str]) -> Iterator[str]:
    """The stem of the word that each negative strikes first."""
    open_ = against = False
    for word in clause:
        if word in _NEGATIVES:
            open_ = against = True
        elif word == "by":
            open_ = open_ or against  # "cannot be restored by support"
        elif open_ and _says(word):
            yield stem(word)
            open_ = False


def _says(word: str) -> bool:
    return word not in _NEGATIVES and term(word) is not None


def _clauses(words: list[str]) -> Iterator[list[str]]:
    clause: list[str] = []
    for place, word in enumerate(words):
        if _parts(words, place, clause):
            yield from _each_denied(clause)
            clause = []
        if word[0].isalnum():
            clause.append(word)
    yield from _each_denied(clause)


def _parts(words: list[str], place: int, clause: list[str]) -> bool:
    """Whether another clause begins there than the one that is being read."""
    word, after = words[place], words[place + 1 : place + 2]
    if word == ",":
        return bool(clause) and (
            clause[0] in _FRONTED or (not _VERBS.isdisjoint(clause) and _goes_on(words, place + 1))
        )
    if not word[0].isalnum():
        return True
    return word in _PARTING or (word in _JOINING and not (_VERBS | _NEGATIVES).isdisjoint(after))


def _goes_on(words: list[str], start: int) -> bool:
    """Whether a clause begins there, and not another item of a list."""
    for word in words[start:]:
        if not word[0].isalnum():
            return False
        if word in _VERBS or word in _NEGATIVES:
            return True
    return False


def _each_denied(clause: list[str]) -> Iterator[list[str]]:
    """The clause, parted where each of two that are joined has a negative of its own."""
    start, joined, denied = 0, 0, False
    for place, word in enumerate(clause):
        if word in _JOINING and denied:
            joined = joined or place
        if word in _NEGATIVES:
            if denied and joined:
                yield clause[start:joined]
                start, joined = joined, 0
            denied = True
    yield clause[start:]
