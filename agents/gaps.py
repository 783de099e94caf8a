"""What a question asks for that the passages do not speak of, word by word. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from agents.embedding import Vectors, WordVectors
from agents.focus import asked_for
from agents.kinds import CUES, Kind
from agents.knowledge.quarantine import asking
from agents.reading import Reading
from agents.terms import TermStatistics, term, terms
from agents.wording import Wording

SYNONYM = 0.9
"""How well a word is met by its synonym."""
CUE = 0.2
"""How much a word counts that only tells what kind of answer is wanted."""
FOCUS = 0.5
"""How much an everyday word counts that is asked for: "the head of security"."""

LEAST_LETTERS, RARE = 3, 0.8
"""Of a word that is named as missing: "instalments" 1, "dollars" .82, "cold" .70, "hit" .57."""

_WORD = re.compile(r"[^\W_]+(?:['’][a-z]+)?")
_CODE = re.compile(r"\d{3,}|(?=\w*\d)(?=\w*[^\W\d])\w{3,}")
_QUANTITY = re.compile(r"(?<![\w-])(?:\d{5,}|(?!19|20)\d{3,4})\s+(?:[a-z]{2,}s|people|[kmgt]b)\b", re.I)
"""A number of something, as in "60000 files", which the documents need not name; years and bare numbers are codes."""
_ACRONYM = re.compile(r"[A-Z]{3,5}")
_SMALL = "all|and|any|are|can|for|has|may|not|one|our|per|the|two|was|with|you|your"
_CALENDAR = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|(?:sept|nov|dec)ember"
    r"|october"
)
"""Names that tell when the story happened, and are not asked for."""
_OPENS = set('.!?:"“(')


@dataclass(frozen=True, slots=True)
class Asked:
    """A word of a question: its term, the weight of its turn and of its role, and whether it is a name or a code."""

    text: str
    term: int
    weight: float
    is_name: bool
    is_code: bool


@dataclass(frozen=True, slots=True)
class Gaps:
    """How a question's words are met: `met` 0..1 by the best passage; `least` missing in it altogether; `worst` of the
    words that no passage meets; `code` whether that is so of a code. Missing is counted in words that say much.
    """

    met: float = 0.5
    least: float = 0.5
    worst: float = 0.5
    code: bool = False


def asked_words(parts: Sequence[tuple[str, float]], kind: Kind, wording: Wording) -> list[Asked]:
    """The words of a question that are no stop words."""
    found: list[Asked] = []
    for text, weight in parts:
        focus = asked_for(text) if weight == 1.0 else frozenset()
        for match in _WORD.finditer(text):
            word = match.group()
            low = word.lower()
            number = term(low)
            if number is None:
                continue
            before = text[: match.start()].rstrip()
            opens = not before or before[-1] in _OPENS
            shouts = word.isupper() and len(word) > 1
            name = weight == 1.0 and word[0].isupper() and (shouts or not opens)
            code = weight == 1.0 and bool(_CODE.fullmatch(word)) and not _QUANTITY.match(text, match.start())
            if low in wording.everyday and (not name or _CALENDAR.fullmatch(low)):
                role = FOCUS if low in focus else 0.0
            else:
                role = CUE if low in CUES[kind] else 1.0
            found.append(Asked(word, number, weight * role, name, code))
    return found


def gaps(
    asked: Sequence[Asked],
    vectors: Vectors,
    says: Vectors,
    readings: Sequence[Reading],
    spoken: Sequence[Vectors],
    wording: Wording,
) -> Gaps:
    """How the passages meet the words asked.

    `says` is how much each asked word says, (n,); `spoken` are the vectors of each passage's words, (m, dimension).
    """
    joint = frozenset[int]().union(*(reading.all_terms for reading in readings))
    code = any(word.is_code and word.term not in joint for word in asked)
    weight = np.asarray([word.weight for word in asked], np.float32) * says
    if not weight.any():
        weight = says  # nothing but everyday words: then these are what is asked for
    total = float(weight.sum())
    if not total:
        return Gaps(code=code)
    alternatives = list(wording.alternatives(frozenset(word.term for word in asked), same=True))
    met = np.stack([_met(asked, vectors, *each, alternatives) for each in zip(readings, spoken, strict=True)])
    return Gaps(
        met=float((met @ weight).max()) / total,
        least=float(((1 - met) @ weight).min()),
        worst=float((weight * (1 - met.max(axis=0))).max()),
        code=code,
    )


def never_said(
    text: str, kind: Kind, word_vectors: WordVectors, statistics: TermStatistics, wording: Wording
) -> tuple[str, ...]:
    """The words of a question that say much and stand nowhere in the documents, nor a synonym of them.

    Only words of what asks, none of orders: they are to be named to the customer, and could pass for obeyed.
    """
    every = (term(word.lower()) for word in _WORD.findall(text))
    if all(number is None or statistics.knows(number) for number in every):
        return ()  # whatever of it asks: telling that apart takes .25 ms
    asked = asked_words(((asking(text), 1.0),), kind, wording)
    alternatives = wording.alternatives(frozenset(word.term for word in asked))
    in_other_words = frozenset[int]().union(*(phrase for phrase, _ in alternatives))
    lacking = [
        word
        for word in asked
        if word.weight == 1.0 and not statistics.knows(word.term) and word.term not in in_other_words
    ]
    rarity = word_vectors.rarity([word.text.lower() for word in lacking])
    telling = (
        word.text
        for word, rare in zip(lacking, rarity.tolist(), strict=True)
        if len(word.text) >= LEAST_LETTERS and (word.is_name or word.is_code or rare >= RARE)
    )
    return tuple(dict.fromkeys(telling))


def unspoken(text: str, readings: Sequence[Reading], statistics: TermStatistics) -> float:
    """How much of a text no passage says, word for word: the inverse document frequencies of its terms that are
    missing altogether, counted in terms that stand in a single passage of the index."""
    missing = terms(text).difference(*(reading.all_terms for reading in readings))
    return sum(statistics.idf(term) for term in missing) / max(1.0, log(statistics.chunks + 1))


def _spells(text: str, acronym: str) -> bool:
    """Whether words in a row begin with the letters of an acronym: "Global Privacy Control" is GPC."""
    pattern = r"[\s-]+".join(rf"(?!(?:{_SMALL})\b){letter}\w\w+" for letter in acronym.lower())
    return re.search(rf"\b{pattern}", text.lower()) is not None


def _met(
    asked: Sequence[Asked],
    vectors: Vectors,
    reading: Reading,
    spoken: Vectors,
    alternatives: Sequence[tuple[frozenset[int], frozenset[int]]],
) -> Vectors:
    """How well each word is met in a passage, 0..1: by itself, by a synonym, or by the word that comes nearest."""
    near = np.zeros(len(asked), np.float32) if not len(spoken) else np.clip((vectors @ spoken.T).max(axis=1), 0, 1)
    by_synonym = {t for phrase, other in alternatives if other <= reading.all_terms for t in phrase}
    for i, word in enumerate(asked):
        if word.term in reading.all_terms or (_ACRONYM.fullmatch(word.text) and _spells(reading.text, word.text)):
            near[i] = 1.0
        elif word.term in by_synonym:
            near[i] = max(float(near[i]), SYNONYM)
    return near
