"""A sentence as it is compared with another: its words, figures, names, what it negates, and how it bounds. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from agents.citing.determiners import determined
from agents.citing.durations import durations
from agents.citing.neighbours import beside
from agents.citing.parties import done_by, parties
from agents.citing.polarity import polarity
from agents.citing.statement_words import (
    BREAKS,
    DIRECTIONS,
    DUTIES,
    FLAGS,
    FREE,
    HOLDS_TOGETHER,
    LARGE,
    LOWER,
    MODALS,
    NOT,
    ORDINALS,
    PHRASES,
    SIGNS,
    SPELLED,
    TENS,
    TIMES,
    UPPER,
)
from agents.citing.turns import plainly
from agents.forms import stem
from agents.function_words import NUMBERS
from agents.subjects import condition, subject
from agents.terms import term
from agents.terms import words as words_of

T = TypeVar("T")

SCOPE = 3
"""Words after a negation that it is about."""
REACH = 4
"""Words on each side of a figure that tell what it is a figure of."""

_TOKEN = re.compile(
    r"(?P<address>[\w.+-]{1,64}@[\w-]+\.[\w.-]*\w|https?://[^\s)>\]]+)"
    r"|(?P<code>(?!\d+-[a-z])(?=[\w./-]{0,64}\d)(?=[\w./-]{0,64}[^\W\d])\w+(?:[-_./]\w+)*|\w{1,64}(?:_\w+)+)"
    r"|(?P<figure>@[\d.]+[a-z]+|\d+(?:[.,:]\d+)*)|(?P<word>[^\W\d_]+(?:'[a-z]+)?)|(?P<sign>[€$£%])|(?P<stop>[,;:.!?()—–])"
)
_NAME = re.compile(r"(?<![.?!:] )(?<![.?!:\"“(*_\n>] )(?<!\A)\b[A-Z]\w*(?!-\d)\b")
_INITIALS = re.compile(r"\b(?:[A-Z][a-z]+ (?:of |the )*){1,3}[A-Z][a-z]+\b")
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being)\b(?: \w+){0,2} \w+(?:ed|en|wn|t)\b")
_FIRST = re.compile(r",|\s(?:and|or)\s")
_ADVERB = re.compile(r"\b(?:always|also|usually|often|sometimes|never|automatically|then|only|\w{3,}lly)\b", re.I)
_LIST = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Statement:
    """What a sentence says, as its `text` has it plainly. `words` in lower case without function words, each once;
    `stems` are theirs, and the initials of names of several words. `figures` are numbers (`#30`), lengths of time
    (`@30d`) and codes; a claim must have a source for those that are `owed`: "one" may be no number; `follows` has
    each with the words after it.

    `negated` are the words that each negation is about; `modals` pair must and may with the next word, `leads` a
    preposition, and `bounds` a figure with whether it is the most or the least, before or after.
    """

    text: str = ""
    words: tuple[str, ...] = ()
    stems: frozenset[str] = frozenset()
    figures: frozenset[str] = frozenset()
    owed: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    titled: frozenset[str] = frozenset()
    negated: tuple[frozenset[str], ...] = ()
    flags: frozenset[str] = frozenset()
    modals: frozenset[tuple[str, str]] = frozenset()
    bounds: frozenset[tuple[str, str]] = frozenset()
    leads: frozenset[tuple[str, str]] = frozenset()
    subject: frozenset[str] = frozenset()
    passive: bool = False
    order: tuple[str, ...] = ()
    follows: frozenset[tuple[str, str]] = frozenset()
    affirmed: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    struck: frozenset[str] = frozenset()
    exempt: frozenset[str] = frozenset()
    determined: frozenset[tuple[str, str]] = frozenset()
    done_by: frozenset[tuple[str, str]] = frozenset()
    parties: frozenset[str] = frozenset()
    anybody: frozenset[str] = frozenset()
    does: frozenset[str] = frozenset()
    beside: frozenset[tuple[str, str]] = frozenset()

    def near(self, figure: str) -> frozenset[str]:
        """The words around a figure, wherever it stands."""
        places = (place for place, token in enumerate(self.order) if token == figure)
        return frozenset(
            token for at in places for token in self.order[max(at - REACH, 0) : at + REACH + 1] if token[0] not in "#@"
        )


@dataclass(slots=True)
class _Reading:
    words: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    figures: set[str] = field(default_factory=set)
    owed: set[str] = field(default_factory=set)
    negated: list[list[str]] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    modals: set[tuple[str, str]] = field(default_factory=set)
    bounds: set[tuple[str, str]] = field(default_factory=set)
    leads: set[tuple[str, str]] = field(default_factory=set)
    scope: int = 0
    leading: list[str] = field(default_factory=list)
    modal: str = ""


def union(sets: Iterable[frozenset[T]]) -> frozenset[T]:
    """All of them; the set itself where there is one, as for most windows."""
    found = tuple(sets)
    return found[0] if len(found) == 1 else frozenset[T]().union(*found)


@lru_cache(maxsize=8192)
def statement(text: str) -> Statement:
    """A sentence, read."""
    plain = _LIST.sub("", text).replace("`", "").replace("*", "").replace("’", "'")
    plain = plainly(plain)
    names = frozenset(
        stem(name.lower()) for name in _NAME.findall(plain) if term(name.lower()) is not None and not name[-1].isdigit()
    )
    initials = frozenset(
        "".join(word[0] for word in found.split() if word[0].isupper()).lower() for found in _INITIALS.findall(plain)
    )
    plain_text = plain
    for pattern, instead in PHRASES:
        plain = pattern.sub(instead, plain)
    affirmed, denied, struck, exempt = polarity(plain_text)
    reading = _Reading()
    plain = LARGE.sub(_whole, plain)
    for found in _TOKEN.finditer(durations(plain)):
        kind, token = found.lastgroup, found.group().lower()
        if kind == "stop":
            _end_scope(reading)
        elif kind == "address":
            _figure(reading, token)
        elif kind == "code":
            _figure(reading, token if not token[:-2].isdigit() else "#" + token[:-2])
        elif kind == "figure":
            _figure(reading, token if token[0] == "@" else "#" + re.sub(r",(?=\d{3})", "", token))
        else:
            _word(reading, SIGNS.get(token, SPELLED.get(token, token)))
    _end_scope(reading)
    rest = condition(text)[1]
    named, anybody = parties(reading.words)
    does = frozenset(map(stem, words_of(subject(rest)))) & (named | anybody)
    about = " ".join(_FIRST.split(_ADVERB.sub(" ", subject(each)))[0] for each in dict.fromkeys((text, rest)))
    return Statement(
        words=tuple(dict.fromkeys(reading.words)),
        stems=frozenset(map(stem, [*reading.words, *initials])),
        figures=frozenset(reading.figures),
        owed=frozenset(reading.owed),
        names=names,
        titled=frozenset(stem(name.lower()) for name in _NAME.findall(plain_text) if not name.isupper()) & names,
        negated=tuple(frozenset(each) for each in reading.negated),
        flags=frozenset(reading.flags),
        bounds=frozenset(reading.bounds),
        leads=frozenset(reading.leads),
        order=tuple(reading.order),
        modals=frozenset(reading.modals),
        subject=frozenset(map(stem, words_of(about))) & frozenset(map(stem, reading.words))
        | {figure for figure in reading.figures if figure in about.lower()},
        passive=bool(_PASSIVE.search(plain_text)),
        follows=frozenset(_follows(reading.order)),
        affirmed=affirmed,
        denied=denied,
        struck=struck,
        exempt=exempt,
        determined=determined(plain_text),
        done_by=done_by(plain_text),
        parties=named,
        anybody=anybody,
        does=does,
        beside=frozenset(beside(plain_text)),
        text=plain_text,
    )


def _whole(found: re.Match[str]) -> str:
    return f"{float(found[1]) * 10 ** TIMES[found[2].lower()]:.0f}"


def _follows(order: list[str]) -> Iterator[tuple[str, str]]:
    """Each figure with the words after it, as far as the next figure: what it counts, and of what."""
    for place, token in enumerate(order):
        if token[0] == "#":
            for after in order[place + 1 : place + 1 + REACH]:
                if after[0] == "#":
                    break
                yield token, after


def _figure(reading: _Reading, token: str, *, owed: bool = True) -> None:
    reading.figures.add(token)
    if owed:
        reading.owed.add(token)
    reading.order.append(token)
    for word in reading.leading:
        if word in ("from", "to", "into"):
            reading.leads.add((word, token))
        if word in UPPER:
            reading.bounds.add((token, "most"))
        elif word in LOWER:
            reading.bounds.add((token, "least"))
    reading.leading = []


def _word(reading: _Reading, word: str) -> None:
    if word in ("lowerafter", "upperafter"):
        if reading.order and reading.order[-1][0] in "#@":
            reading.bounds.add((reading.order[-1], "most" if word == "upperafter" else "least"))
        return
    if word in BREAKS:
        _end_scope(reading)
    if word in NOT:
        if reading.scope and not reading.negated[-1]:  # "not never"
            reading.negated.pop()
            reading.scope = 0
        else:
            reading.negated.append([])
            reading.scope = SCOPE
        return
    if word in MODALS:
        reading.modal = MODALS[word]
        return
    if word in DUTIES:
        reading.modals.add((DUTIES[word], ""))
    if word in FLAGS:
        reading.flags.add(FLAGS[word])
        return
    number = NUMBERS.get(word, TENS.get(word, ORDINALS.get(word, word)))
    if number[0].isdigit():
        _figure(reading, "#" + number.rstrip("ndrth"), owed=word not in FREE)
        return
    if word in UPPER or word in LOWER or word in DIRECTIONS:
        if reading.order and reading.order[-1][0] == "@" and word in ("before", "after"):
            reading.bounds.add((reading.order[-1], word))
        reading.leading.append(word)
        return
    if term(word) is None or word in HOLDS_TOGETHER:
        return
    key = stem(word)
    if reading.modal:
        reading.modals.add((reading.modal, key))
        reading.modal = ""
    reading.words.append(word)
    reading.order.append(key)
    reading.leads.update((each, key) for each in reading.leading)
    reading.leading = []
    if reading.scope:
        reading.negated[-1].append(key)
        reading.scope -= 1


def _end_scope(reading: _Reading) -> None:
    reading.modal = ""
    last = next((token for token in reversed(reading.order) if token[0] in "#@"), "")
    for word in reading.leading:
        if last and word in ("upperbound", "lowerbound"):  # "for 30 days at most"
            reading.bounds.add((last, "most" if word == "upperbound" else "least"))
    if reading.scope and reading.negated and reading.negated[-1]:
        reading.scope = 0
    reading.leading = []
