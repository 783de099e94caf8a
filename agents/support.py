"""Whether a passage supports a sentence: its figures, names, polarity and words, against the passage's own sentences.

A sentence is supported where up to three sentences of the passage in a row, under their heading, say what it says: all
its figures, codes and names; as many negations; no opposite; and nearly all of its other words, or words near to them.
Static vectors see neither figures nor negation, so these are compared as they stand. In doubt it is not supported:
a marker too few costs a reader less than one that points to nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from agents.embedding import WordVectors
from agents.forms import stem
from agents.function_words import MODALS, NEGATIONS, NUMBERS, OPPOSITES, STRONG_DIRECTIONS, TURNING
from agents.passage import Passage
from agents.reading import is_header
from agents.sentences import units
from agents.terms import term

COVERED = 0.74
"""Share of a sentence's words, weighed by how much they say, that the passage must have."""
NEAR = 0.62
"""Cosine from which one word stands for another in part."""
ABOUT = 0.6
"""Share of a claim's words that a sentence must have to bring a figure to it."""
WINDOW = 3
"""Sentences of a passage that may support one of an answer together."""
REMEMBERED = 2048

_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][a-z]+)?|[€$£%]")
_CODE = re.compile(r"(?=\w*[-_.\d])\w+(?:[-_./]\w+)+|(?=\w*\d)(?=\w*[^\W\d])\w+")
_NAME = re.compile(r"(?<![.?!:] )(?<![.?!:\"“(*_\n] )(?<!\A)\b[A-Z][\w-]*")
_LIST = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_NOT = NEGATIONS | frozenset(["cannot", "non", "unavailable", "unable", "impossible", "excluded"])
_UNIT = {"€": "eur", "euro": "eur", "euros": "eur", "$": "usd", "%": "percent"}
_FIRM = TURNING | STRONG_DIRECTIONS | {"immediately", "default", "week", "weekly", "hour", "hourly", "once", "twice"}
"""Words that a claim may not have on its own."""
_SPAN = frozenset(
    stem(word)
    for words in ("second minute hour day week month quarter year percent", "eur usd gb tb mb kb user seat")
    for word in words.split()
)
"""What figures count: a figure goes with its own."""
_MEASURES = frozenset(stem(word) for word in ("eur", "usd", "gb", "tb", "mb", "kb", "vat", "utc", "api", "http"))
_TENS = {
    name: str(10 * n)
    for n, name in enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2)
}
_ASIDE = re.compile(r"\b(?:not only|no later than|no more than|not more than|not exceed|no longer)\b", re.I)


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence as compared."""

    words: tuple[str, ...]
    stems: frozenset[str]
    figures: frozenset[str]
    names: frozenset[str]
    negations: int
    order: tuple[str, ...]
    counts: frozenset[tuple[str, str]]
    firm: frozenset[str]


class Support:
    """A `Supports` for the gate. CPU only, some .2 ms a sentence and passage; safe to call from several threads."""

    def __init__(self, vectors: WordVectors) -> None:
        self._vectors = vectors
        self._read = lru_cache(maxsize=REMEMBERED)(_read)

    def __call__(self, sentence: str, passage: Passage) -> bool:
        """Whether the passage says what the sentence says. A sentence that says nothing is not supported."""
        if _quoted(sentence, passage.text):
            return True
        claim = _said(sentence)
        if not claim.words:
            return False
        head, said = self._read(passage.text, f"{passage.title}. {passage.heading}")
        return any(self._covers(claim, window, head) for window in _windows(said))

    def _covers(self, claim: _Said, window: tuple[_Said, ...], head: _Said) -> bool:
        stems = head.stems.union(*(each.stems for each in window))
        if not claim.figures <= frozenset[str]().union(head.figures, *(each.figures for each in window)):
            return False
        if not claim.counts <= frozenset[tuple[str, str]]().union(*(each.counts for each in (head, *window))):
            return False
        if not claim.firm <= stems.union(head.firm, *(each.firm for each in window)):
            return False
        if not claim.names <= stems:
            return False
        negations = [each.negations for each in window]
        if bool(claim.negations) != any(negations):
            return False
        if _opposed(claim, stems):
            return False
        if len(window) > 1 and not _bound(claim, window, head):
            return False
        names = frozenset[str]().union(head.names, claim.names, *(each.names for each in window)) - _MEASURES
        if not _nearest(claim, window, names):
            return False
        return self._share(claim, stems, window, head) >= COVERED

    def _share(self, claim: _Said, stems: frozenset[str], window: tuple[_Said, ...], head: _Said) -> float:
        vectors, says = self._vectors.weighted(claim.words)
        met = np.asarray([stem(word) in stems for word in claim.words], np.float32)
        others = [word for each in (*window, head) for word in each.words]
        if others and not met.all():
            near = (vectors @ self._vectors.weighted(others)[0].T).max(axis=1)
            met = np.maximum(met, np.where(near >= NEAR, near, 0.0))
        total = float(says.sum())
        return float((met * says).sum()) / total if total else 1.0


def _quoted(sentence: str, text: str) -> bool:
    """Whether it stands in the passage as a whole sentence; of a very long one, whether its end does."""
    plain = sentence.strip().rstrip(".")
    if plain not in text:
        return False
    return len(plain) > 500 or any(text[unit.start : unit.end].strip().rstrip(".") == plain for unit in units(text))


def _bound(claim: _Said, window: tuple[_Said, ...], head: _Said) -> bool:
    """Whether each sentence that brings a figure is about what the claim is about, and of its names if it has any."""
    wanted = frozenset(name for name in claim.names - head.stems if name not in _MEASURES)
    own = claim.stems - head.stems or claim.stems
    for each in window:
        if each.figures & (claim.figures - head.figures):
            if len(each.stems & own) < ABOUT * len(own):
                return False
            if wanted and not each.stems & wanted:
                return False
    return True


def _nearest(claim: _Said, window: tuple[_Said, ...], names: frozenset[str]) -> bool:
    """Where a sentence tells figures of several names, whether the claim's are told of the claim's name."""
    rivals = names - claim.stems
    if not claim.stems & names or not rivals:
        return True
    for figure in claim.figures:
        told = [owner for each in window for said, owner in _owners(each, names) if said == figure]
        if told and not any(owner is None or owner in claim.stems for owner in told):
            return False
    return True


def _owners(said: _Said, names: frozenset[str]) -> Iterator[tuple[str, str | None]]:
    """Each figure with the name that it is told of: the one after it, before a comma or "and", or else before it."""
    owner: str | None = None
    waiting: list[str] = []
    leads = next((token for token in said.order if token in names or token in said.figures), "") in names
    for token in said.order:
        if token in names:
            owner = token
            if not leads:
                yield from ((figure, owner) for figure in waiting)
                waiting = []
        elif token in said.figures:
            if leads:
                yield token, owner
            else:
                waiting.append(token)
    yield from ((figure, owner) for figure in waiting)


def _opposed(claim: _Said, stems: frozenset[str]) -> bool:
    return any(
        stem(one) in claim.stems and stem(other) in stems and stem(one) not in stems and stem(other) not in claim.stems
        for one, other in OPPOSITES
    )


def _windows(said: tuple[_Said, ...]) -> Iterator[tuple[_Said, ...]]:
    for size in range(1, WINDOW + 1):
        for start in range(len(said) - size + 1):
            yield said[start : start + size]


def _read(text: str, head: str) -> tuple[_Said, tuple[_Said, ...]]:
    own = [unit for unit in units(text) if unit.kind != "heading"]
    header = " ".join(text[unit.start : unit.end] for n, unit in enumerate(own) if is_header(own, n))
    said = []
    for n, unit in enumerate(own):
        if not is_header(own, n):
            row = f"{header} " if unit.kind == "row" else ""
            said.append(_said(row + text[unit.start : unit.end]))
    return _said(head), tuple(said)


def _said(text: str) -> _Said:
    plain = _LIST.sub("", text).replace("`", "").replace("*", "").replace("’", "'").replace("n't", " not")
    codes = {code.lower() for code in _CODE.findall(plain)}
    names = {stem(name.lower()) for name in _NAME.findall(plain) if term(name.lower()) is not None}
    words: list[str] = []
    order: list[str] = []
    figures = set(codes)
    negations = 0
    for found in _WORD.findall(_ASIDE.sub(" ", plain)):
        low = _UNIT.get(found.lower(), found.lower())
        number = NUMBERS.get(low, _TENS.get(low, low))
        if low in _NOT:
            negations += 1
        elif number[0].isdigit():
            if found[0].isdigit() or low not in ("one", "both", "second", "third"):
                figure = "#" + re.sub(r"(?<=\d),(?=\d{3})", "", number).rstrip(".,:")
                figures.add(figure)
                order.append(figure)
        elif low not in MODALS and term(low) is not None:
            words.append(low)
            order.append(stem(low))
    return _Said(
        tuple(dict.fromkeys(words)),
        frozenset(map(stem, words)),
        frozenset(figures),
        frozenset(names),
        negations,
        tuple(order),
        frozenset(_counts(order)),
        frozenset(stem(word) for word in map(str.lower, _WORD.findall(plain)) if word in _FIRM),
    )


def _counts(order: list[str]) -> Iterator[tuple[str, str]]:
    """Figures with what they count: the measure among the two words that follow."""
    for place, figure in enumerate(order):
        if figure[0] == "#":
            yield from ((figure, word) for word in order[place + 1 : place + 3] if word in _SPAN)
