"""What a question asks for that the passages do not speak of, word by word. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agents.embedding import Vectors
from agents.reading import Reading
from agents.terms import TermStatistics, term
from agents.wording import Wording

_WORD = re.compile(r"[^\W_]+(?:['’][a-z]+)?")
_CODE = re.compile(r"\d{3,}|(?=\w*\d)(?=\w*[^\W\d])\w{3,}")
_OPENS = set('.!?:"“(')


@dataclass(frozen=True, slots=True)
class Asked:
    """A word of a question: its term, the weight of its turn, and whether it looks like a name or a code."""

    text: str
    term: int
    weight: float
    is_name: bool
    is_code: bool
    everyday: bool


def asked_words(parts: Sequence[tuple[str, float]], wording: Wording) -> list[Asked]:
    """The words of a question that are no stop words."""
    found: list[Asked] = []
    for text, weight in parts:
        for match in _WORD.finditer(text):
            word = match.group()
            number = term(word.lower())
            if number is None:
                continue
            before = text[: match.start()].rstrip()
            opens = not before or before[-1] in _OPENS
            shouts = word.isupper() and len(word) > 1
            name = weight == 1.0 and word[0].isupper() and (shouts or not opens)
            code = weight == 1.0 and bool(_CODE.fullmatch(word))
            found.append(Asked(word, number, weight, name, code, word.lower() in wording.everyday))
    return found


def gaps(
    asked: Sequence[Asked],
    vectors: Vectors,
    says: Vectors,
    readings: Sequence[Reading],
    statistics: TermStatistics,
    wording: Wording,
) -> tuple[float, ...]:
    """The signals from "unknown_name" on. `says` is how much each asked word says, (n,)."""
    joint = frozenset[int]().union(*(reading.all_terms for reading in readings))
    unknown_name = max(
        (1.0 if not statistics.knows(w.term) else 0.5 for w in asked if w.is_name and w.term not in joint), default=0.0
    )
    unknown_code = float(any(w.is_code and w.term not in joint for w in asked))
    common = 0.5 * statistics.chunks
    content = [i for i, w in enumerate(asked) if not w.everyday and statistics.frequency.get(w.term, 0) < common]
    if not content:
        return (unknown_name, unknown_code, 0.5, 0.5, 0.5, 0.5, 0.5, 1.0, 0.5, 0.5, 0.5)
    words = [asked[i] for i in content]
    weight = says[content]
    alternatives = list(wording.alternatives(frozenset(w.term for w in words)))
    near = np.stack([_matched(words, vectors[content], reading, alternatives) for reading in readings])
    best = near.max(axis=0)
    stressed = weight**2
    unknown = np.asarray([not statistics.knows(w.term) for w in words]) * (1 - best > 0)
    return (
        unknown_name,
        unknown_code,
        float((near @ weight).max() / weight.sum()),
        float(best @ weight / weight.sum()),
        float((near @ stressed).max() / stressed.sum()),
        float(best @ stressed / stressed.sum()),
        float((weight * (1 - best)).max()),
        float((weight * (1 - best)).sum()),
        float((weight * (1 - near[0])).max()),
        float((weight * (1 - near)).sum(axis=1).min()),
        float((weight * unknown).max()),
    )


def _matched(
    words: Sequence[Asked],
    vectors: Vectors,
    reading: Reading,
    alternatives: Sequence[tuple[frozenset[int], frozenset[int]]],
) -> Vectors:
    """How well each word is met in a passage, 0..1: by itself, by a synonym, or by the word that comes nearest."""
    near = (
        np.clip((vectors @ reading.words.T).max(axis=1), 0, 1)
        if len(reading.words)
        else np.zeros(len(words), np.float32)
    )
    met = {w.term for w in words if w.term in reading.all_terms}
    by_synonym = {t for phrase, other in alternatives if other <= reading.all_terms for t in phrase}
    for i, word in enumerate(words):
        if word.term in met:
            near[i] = 1.0
        elif word.term in by_synonym:
            near[i] = max(float(near[i]), SYNONYM)
    return near


SYNONYM = 0.9
"""How well a word is met by its synonym."""
