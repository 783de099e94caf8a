"""How well each sentence of the passages answers a question: what it covers, is about, and of what kind it is. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agents.embedding import Vectors
from agents.kinds import CUES, Kind, fits, is_about_money, kind_of
from agents.passage import Passage
from agents.reading import Reading, Sentence
from agents.standalone import Standalone
from agents.terms import TermStatistics, term, words
from agents.wording import Wording

# Chosen by hand on 50 plain questions (the split "tuned" of tests/agents/plain_questions.jsonl).
SYNONYM = 0.8
"""How much a synonym counts against the word itself."""
HEADING = 0.75
"""How much a word counts that only the heading has, in the first sentence under it, in an item, and in a row."""
HEADING_LATER = 0.5
"""The same in a later sentence."""
CUE = 0.1
"""How much a word counts that only tells the kind of answer."""
EVERYDAY = 0.4
"""How much a word counts that tells the story around a question."""
MEANING = 0.3
"""Weight of the cosine against what is covered."""
WRONG_KIND = 0.5
"""Factor for a sentence that holds no answer of the kind asked for."""
OTHER_MATTER = 0.45
"""How much a sentence loses that is about something which the question does not mention."""
OTHER_PURPOSE = 0.8
"""Factor for a sentence that tells how to do something else: "To stop sharing, …"."""
INTRODUCTION = 0.85
"""Factor for a sentence before the first heading: it announces more than it tells."""
FIRST = 1.06
"""Factor for the first sentence under a heading: it says what the others add to."""
HEADED = 0.15
"""How much a sentence gains whose heading speaks of nothing but what is asked."""
COUNTED = 1.25
"""Factor for a sentence that counts the very thing whose number is asked for."""
LASTS = 1.08
"""Factor for a sentence that tells how long something lasts, where that is asked."""
STEP = 1.2
"""Factor for a numbered step where it is asked how something is done; NO_STEP for another sentence that tells it."""
NO_STEP = 0.9
MONEY = 0.85
"""Factor for an amount of money where another number is asked for."""

_COUNTS = re.compile(r"\bhow (?:many|much)\s+(?:\w+\s+)??(\w{3,})", re.I)
_LASTS = re.compile(r"\b(?:lasts?|takes?|stays?|kept|keeps?|stored|valid|expires?|arrives?)\b", re.I)
_NUMERAL = re.compile(r"\d|\b(?:no|one|two|three|four|five|six|seven|eight|nine|ten)\b", re.I)


@dataclass(frozen=True, slots=True)
class Sought:
    """What a question looks for: the kind of answer, its terms by weight, and the phrases that may stand for them.

    `counted` is the term of the thing whose number or amount is asked for; `cues` only tell the kind of answer; `known`
    are the question's terms, their synonyms', and the cues.
    """

    kind: Kind
    counted: int | None
    vector: Vectors
    weights: Mapping[int, float]
    alternatives: tuple[tuple[frozenset[int], frozenset[int]], ...]
    cues: frozenset[int]
    known: frozenset[int]


def sought(
    question: Standalone, vector: Vectors, statistics: TermStatistics, wording: Wording, kind: Kind | None = None
) -> Sought:
    """What a question looks for; `vector` is its own, `kind` that of the answer where it is known already."""
    if kind is None:
        kind = kind_of(question.parts[0][0])
        if kind == "other" and question.follows_up:
            kind = kind_of(question.parts[1][0])
    weights: dict[int, float] = {}
    for text, share in reversed(question.parts):
        for word in words(text):
            number = term(word)
            if number is not None:
                role = CUE if word in CUES[kind] else EVERYDAY if word in wording.everyday else 1.0
                weights[number] = share * role * statistics.idf(number)
    counts = _COUNTS.search(question.parts[0][0])
    alternatives = tuple(wording.alternatives(frozenset(weights)))
    cues = frozenset(number for cue in CUES[kind] if (number := term(cue)) is not None)
    return Sought(
        kind=kind,
        counted=term(counts.group(1).lower()) if counts and kind == "number" else None,
        vector=vector,
        weights=weights,
        alternatives=alternatives,
        cues=cues,
        known=frozenset(weights).union(cues, *(other for _, other in alternatives)),
    )


def scores(
    wanted: Sought, readings: Sequence[Reading], passages: Sequence[Passage], statistics: TermStatistics
) -> list[list[float]]:
    """A score for each sentence of each passage, about 0..1."""
    return [
        _scores(wanted, reading, bool(passage.heading), statistics)
        for reading, passage in zip(readings, passages, strict=True)
    ]


def _scores(wanted: Sought, reading: Reading, headed: bool, statistics: TermStatistics) -> list[float]:
    weight = (1.0 if headed else INTRODUCTION) * (1.0 + HEADED * share(reading.heading, wanted.known, statistics))
    cosines = (reading.vectors @ wanted.vector).clip(0.0, 1.0).tolist()
    spoken = reading.all_terms | wanted.cues
    alternatives = [each for each in wanted.alternatives if each[1] <= spoken]
    found: list[float] = []
    for number, (sentence, cosine) in enumerate(zip(reading.sentences, cosines, strict=True)):
        if sentence.empty:
            found.append(0.0)
            continue
        suited = suits(wanted, sentence)
        score = suited * ((1 - MEANING) * _covered(wanted, reading, number, suited, alternatives) + MEANING * cosine)
        strange = _strange(sentence.about, wanted.known, statistics)
        if sentence.scope:
            strange = max(strange, _strange(sentence.scope, wanted.known, statistics))
        score *= 1.0 - OTHER_MATTER * strange
        if sentence.purpose and not sentence.scope <= wanted.known:
            score *= OTHER_PURPOSE
        found.append(score * weight * (FIRST if number == 0 and headed else 1.0))
    return found


def covered(wanted: Sought, reading: Reading, number: int) -> float:
    """The share of what is looked for that a sentence of a passage says, 0..1; its heading says it for it in part."""
    return _covered(wanted, reading, number, suits(wanted, reading.sentences[number]), wanted.alternatives)


def _covered(
    wanted: Sought,
    reading: Reading,
    number: int,
    suited: float,
    alternatives: Sequence[tuple[frozenset[int], frozenset[int]]],
) -> float:
    sentence = reading.sentences[number]
    leads = number == 0 or reading.units[number].kind in ("item", "row")
    # "15 EUR" says "how much", whatever else it says.
    said = sentence.said | wanted.cues if suited > WRONG_KIND else sentence.said
    return coverage(wanted, said, reading.context, HEADING if leads else HEADING_LATER, alternatives)


def coverage(
    wanted: Sought,
    said: frozenset[int],
    context: frozenset[int],
    heading: float,
    alternatives: Sequence[tuple[frozenset[int], frozenset[int]]],
) -> float:
    """The share of what the question looks for that a sentence says, 0..1; its heading says it for it in part.

    `alternatives` are those of the question that the passage has at all.
    """
    total = sum(wanted.weights.values())
    if not total:
        return 0.0
    instead: dict[int, float] = {}
    for phrase, other in alternatives:
        value = SYNONYM if other <= said else heading * SYNONYM if other <= context else 0.0
        if value:
            instead |= {t: max(value, instead.get(t, 0.0)) for t in phrase}
    covered = 0.0
    for t, weight in wanted.weights.items():
        if t in said:
            covered += weight
        elif t in context:
            covered += weight * max(heading, instead.get(t, 0.0))
        else:
            covered += weight * instead.get(t, 0.0)
    return covered / total


def suits(wanted: Sought, sentence: Sentence) -> float:
    """A factor for how well a sentence's kind is the one asked for."""
    if not fits(wanted.kind, sentence.text):
        return WRONG_KIND
    if wanted.kind == "steps":
        return STEP if sentence.step else NO_STEP
    if wanted.counted is not None and counts(sentence.text, wanted.counted):
        return COUNTED
    if wanted.kind in ("number", "period", "deadline") and is_about_money(sentence.text):
        return MONEY
    if wanted.kind == "period" and _LASTS.search(sentence.text):
        return LASTS
    return 1.0


def counts(sentence: str, thing: int) -> bool:
    """Whether a number stands closely before a thing: "10 guests", "no limit of guests"."""
    every = sentence.split()
    for place, word in enumerate(every):
        if _NUMERAL.match(word) and any(term(each) == thing for each in words(" ".join(every[place : place + 5]))):
            return True
    return False


def _strange(about: frozenset[int], known: frozenset[int], statistics: TermStatistics) -> float:
    """How much a sentence is about something that the question does not mention, 0..1; common words hardly count."""
    if about <= known:
        return 0.0
    other = sum(map(statistics.idf, about - known))
    return other / (other + sum(map(statistics.idf, about & known)) + 2.0)


def share(own: frozenset[int], known: frozenset[int], statistics: TermStatistics) -> float:
    """The share of some terms that a question mentions, each weighing what it says, 0..1."""
    mentioned = sum(map(statistics.idf, own & known))
    return mentioned / (mentioned + sum(map(statistics.idf, own - known))) if mentioned else 0.0
