"""How much of a question is said nowhere where what it asks for stands: its name, its price, its number. Pure."""

import re
from collections.abc import Callable, Sequence

import numpy as np

from agents.answer_forms import form_of
from agents.embedding import Vectors
from agents.gaps import SYNONYM, Asked
from agents.knowledge.retrieval import Retrieved
from agents.reading import Reading
from agents.terms import TermStatistics, term, terms
from agents.wording import Wording

HEADING = 0.8
"""How well a word is met by the heading that a sentence stands under, or by the title."""
COMMON, FEW = 0.02, 3
"""Share of the passages, and number of them, above which a word in capitals is no news: the product, its plans."""

_SMALL = re.compile(r"(?<!\w)[a-z]+")


def lacking(
    found: Retrieved, readings: Sequence[Reading], asked: Sequence[Asked], says: Vectors, wording: Wording
) -> tuple[float, float]:
    """The share, 0..1, of what is asked that no sentence of the form asked for says: `formless`, `kindless`.

    The first where a name, an amount of money, a date or the like is asked for, the second where a time, a number or
    a way is; 0 otherwise. `says` is how much each word says, (n,). Running text gives names and dates as its story
    goes: with the first of it, too, the calibration error on halves of MTRAG rises from .049 to .053.
    """
    question = found.parts[0][0]
    form = form_of(question, found.sought.kind)
    if form is None or not asked or not (form.usual or any(each.heading for each in found.passages)):
        return 0.0, 0.0
    other = np.asarray([word.text.lower() not in form.words for word in asked])
    weight = np.asarray([word.weight for word in asked]) * says * other
    if not weight.any():
        weight = says * other
    total = float(weight.sum())
    ordinary = _ordinary(terms(question), readings, found.statistics)
    alternatives = list(wording.alternatives(frozenset(word.term for word in asked), same=True))
    covered = 0.0
    for reading in readings:
        above = _met(asked, reading.context, alternatives) * HEADING
        for sentence in reading.sentences:
            if form.holds(sentence.text, ordinary):
                met = np.maximum(_met(asked, sentence.said, alternatives), above)
                covered = max(covered, float(met @ weight) / total if total else 1.0)
    return (0.0, 1.0 - covered) if form.usual else (1.0 - covered, 0.0)


def _met(
    asked: Sequence[Asked], said: frozenset[int], alternatives: Sequence[tuple[frozenset[int], frozenset[int]]]
) -> Vectors:
    """How well each word is met by some terms, by itself or by a synonym, (n,)."""
    instead = {number for phrase, other in alternatives if other <= said for number in phrase}
    return np.asarray(
        [1.0 if word.term in said else SYNONYM if word.term in instead else 0.0 for word in asked], np.float32
    )


def _ordinary(mine: frozenset[int], readings: Sequence[Reading], statistics: TermStatistics) -> Callable[[str], bool]:
    """Whether a word is no news where a name is asked for: it is in the question, common, or no name elsewhere."""
    most = max(FEW, COMMON * statistics.chunks)
    small: set[str] = set()

    def is_ordinary(word: str) -> bool:
        number = term(word)
        if number is None or number in mine or statistics.frequency.get(number, 0) > most:
            return True
        if not small:
            small.update(*(_SMALL.findall(reading.text) for reading in readings))
        return word in small

    return is_ordinary
