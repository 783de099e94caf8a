"""Chooses the sentences of the sources that a question is answered with: scored, weighed, and their chances told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from agents.chances import ChanceModel, Floats, Place, looked_at, traits
from agents.choosing import Fitness
from agents.denials import denial
from agents.knowledge.retrieval import Retrieved
from agents.known import plain
from agents.matching import Sought, scores, sought
from agents.passage import Passage
from agents.quotes import Pick, doubt, further, picks
from agents.reading import Reading
from agents.standalone import Standalone
from agents.telling import kind_asked, telling
from agents.terms import TermStatistics, terms
from agents.wording import Wording

NEXT = 0.75
"""Share of a quoted sentence's score from which another one answers a further question, rather than that once more."""
TOLD_BEFORE = 0.4
"""Factor for a sentence that an earlier answer has quoted, where the new message says nothing that is in it: what is
left is asked for. Of 48 follow-ups by a hand of their own 23 answers hold one that answers (without it 19), and 14
begin with it (10); of 51 bundled ones 42 (41) and 37 (34)."""


ANSWERS_ALIKE = 16.0
"""By how many times its own score a sentence counts more that answers a like question, times what that tells, times
what the best score is short of 1: a question that is met by its own words needs no other. Of 2,066 questions by hands,
each beside the others' precedents, 74 % of the answers hold one that answers and 66 % begin with it, without 66 and
52 %; of 196 by three hands that had no part in it 78 and 73, without 65 and 55. With 24 as many; without the last
factor, and 8, as many, but short plain questions were given the answer to another."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what is looked for, and where: passages as they read. `scores` are those of their sentences, where
    they are known, by content hash; `answers` is how much it tells, 0..1, that a sentence, as plain text, answers like
    questions."""

    question: Standalone
    wanted: Sought
    passages: Sequence[Passage]
    readings: Sequence[Reading]
    statistics: TermStatistics
    scores: Mapping[str, Sequence[float]] = field(default_factory=dict)
    answers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A question's sentences: `weighed` scores with their factors (`fits`) and that of their passages' place, and the
    traits of those at the best `places`, (n, TRAITS)."""

    fitness: Fitness
    weighed: Sequence[Sequence[float]]
    fits: Sequence[Sequence[float]]
    places: Sequence[Place]
    traits: Floats


@dataclass(frozen=True, slots=True)
class Chosen:
    """What to quote, and how likely none of it is the answer, 0..1."""

    picks: Sequence[Pick]
    doubt: float


def asked_of(
    question: Standalone,
    found: Retrieved,
    passages: Sequence[Passage],
    readings: Sequence[Reading],
    wording: Wording,
    answers: Mapping[str, float] = MappingProxyType({}),
) -> Asked:
    """What sentences are chosen by for a question that was searched for, from passages made of what was found."""
    wanted, scores, kind = found.sought, found.scores, kind_asked(question)
    if kind != wanted.kind:
        wanted, scores = sought(question, wanted.vector, found.statistics, wording, kind), MappingProxyType({})
    return Asked(question, wanted, passages, readings, found.statistics, scores, answers)


class Selection:
    """Chooses what to quote. CPU only: use a thread."""

    def __init__(self, wording: Wording, model: ChanceModel) -> None:
        self._wording = wording
        self._model = model

    def weighed(self, asked: Asked) -> Weighed:
        """What is known of the sentences."""
        question, wanted, passages, readings = asked.question, asked.wanted, asked.passages, asked.readings
        own, *before = (telling(text, wanted.kind, self._wording) for text, _ in question.parts)
        pointed_at = frozenset[int]().union(*before) if question.follows_up else frozenset[int]()
        fitness = Fitness(question.parts[0][0], wanted, own, asked.statistics.idf, pointed_at)
        best = max((passage.score for passage in passages), default=1.0) or 1.0
        weights = [(0.8 + 0.2 * each.score / best) * (1.0 - 0.01 * rank) for rank, each in enumerate(passages)]
        found = [
            asked.scores.get(passage.content_hash) or scores(wanted, (reading,), (passage,), asked.statistics)[0]
            for passage, reading in zip(passages, readings, strict=True)
        ]
        top = max((score for own in found for score in own), default=0.0)
        fits = [fitness(*each, top) for each in zip(readings, passages, found, strict=True)]
        fresh = [_fresh(question, reading) for reading in readings]
        weighed = [
            [weight * new * fit * score for new, fit, score in zip(*each, strict=True)]
            for weight, *each in zip(weights, fresh, fits, found, strict=True)
        ]
        if asked.answers:
            weighed = _beside_like_ones(weighed, asked)
        places = looked_at(weighed)
        return Weighed(fitness, weighed, fits, places, traits(wanted, readings, passages, found, fits, weighed, places))

    def __call__(self, asked: Asked, *, quoted: Sequence[Pick] = ()) -> Chosen:
        """What to quote for a question, without what is quoted already unless nothing comes near that."""
        passages, readings, kind = asked.passages, asked.readings, asked.wanted.kind
        each = self.weighed(asked)
        chosen = picks(readings, each.weighed, passages, kind, each.fits)
        if quoted and chosen and all(any(map(pick.overlaps, quoted)) for pick in chosen):
            rest = [list(own) for own in each.weighed]
            for pick in quoted:
                rest[pick.source][pick.first : pick.last + 1] = [0.0] * (pick.last - pick.first + 1)
            others = picks(readings, rest, passages, kind, each.fits)
            least = NEXT * max(pick.score for pick in chosen)
            chosen = [pick for pick in others if pick.score >= least]
        denied = denial(each.fitness, chosen, readings)
        if denied is not None:
            chosen = [denied, *(pick for pick in chosen if not pick.overlaps(denied))]
        chances = dict(zip(each.places, self._model(each.traits), strict=True))
        chosen += further(chosen, readings, each.weighed, passages, each.fits, chances) if chosen else []
        return Chosen(
            [pick for pick in chosen if not any(map(pick.overlaps, quoted))], doubt(chosen, readings, chances)
        )


def _fresh(question: Standalone, reading: Reading) -> list[float]:
    """A factor for each sentence of a passage: less for what was told before."""
    told, asked = _spaced(question.told), terms(question.parts[0][0])
    return [
        TOLD_BEFORE if told and not asked & each.said and _spaced(each.text) in told else 1.0
        for each in reading.sentences
    ]


def _beside_like_ones(weighed: Sequence[Sequence[float]], asked: Asked) -> list[list[float]]:
    """The scores, more of them for sentences that answer like questions."""
    gain = ANSWERS_ALIKE * max(0.0, 1.0 - max((score for own in weighed for score in own), default=0.0))
    return [
        [
            score * (1.0 + gain * asked.answers.get(plain(each.text), 0.0))
            for score, each in zip(own, reading.sentences, strict=True)
        ]
        for own, reading in zip(weighed, asked.readings, strict=True)
    ]


def _spaced(text: str) -> str:
    return " ".join(text.split())
