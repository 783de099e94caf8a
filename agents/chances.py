"""How likely each of the best sentences is the answer: a logistic model over what tells answers from others. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from math import log

import numpy as np
from numpy.typing import NDArray

from agents.kinds import fits
from agents.matching import Sought, covered
from agents.passage import Passage
from agents.reading import Reading

Floats = NDArray[np.float64]
Place = tuple[int, int]
"""The number of a passage and of a sentence in it, both from 0."""

TRAITS = ("weighed", "score", "covered", "cosine", "fit", "rank", "best", "step", "before", "after", "of_kind")
"""In the order of the model's coefficients. On 687 questions by nine hands, each hand's judged by a model of the
others', the chance of the likeliest sentence is what it claims in each fifth of them, from .18 to .82. As an order it
was no better than the scores where whole answers were compared on hands that had no part in it, so that it only says
how much to quote. Boosted trees on 40 traits tell 2 % more of the answers; words near in meaning, one by one, none."""
LOOKED_AT = 12
"""Sentences whose chances are told, the best by their scores; with all of them it is the same."""
LEAST_WEIGHED, LEAST_FIT = 1e-3, 0.05
_ASKED_FOR = ("price", "deadline", "period", "number", "place")


@dataclass(frozen=True, slots=True)
class ChanceModel:
    """A logistic model over the traits of a sentence and over how far each is `behind` the largest of those looked at.

    Fitted by `python -m agents.evaluation.fit_chances`.
    """

    own: tuple[float, ...]
    behind: tuple[float, ...]
    intercept: float

    def __call__(self, traits: Floats) -> list[float]:
        """How likely each sentence is the answer, 0..1; `traits` are theirs, (n, TRAITS), of one question."""
        if not len(traits):
            return []
        z = traits @ np.asarray(self.own) + (traits - traits.max(axis=0)) @ np.asarray(self.behind) + self.intercept
        chances: list[float] = (1 / (1 + np.exp(-z.clip(-30, 30)))).tolist()
        return chances


def bundled_chances() -> ChanceModel:
    """The fitted model that comes with the package."""
    stored = json.loads((files("agents") / "bundled" / "chances.json").read_bytes())
    own, behind = (tuple(float(stored[name][trait]) for trait in TRAITS) for name in ("own", "behind"))
    return ChanceModel(own, behind, stored["intercept"])


def looked_at(weighed: Sequence[Sequence[float]]) -> list[Place]:
    """The places of the best sentences, best first."""
    places = (
        (score, source, unit) for source, own in enumerate(weighed) for unit, score in enumerate(own) if score > 0
    )
    return [(source, unit) for _, source, unit in sorted(places, key=lambda each: -each[0])[:LOOKED_AT]]


def traits(
    wanted: Sought,
    readings: Sequence[Reading],
    passages: Sequence[Passage],
    scores: Sequence[Sequence[float]],
    fitness: Sequence[Sequence[float]],
    weighed: Sequence[Sequence[float]],
    places: Sequence[Place],
) -> Floats:
    """What is known of the sentences at some places, (n, TRAITS): `scores` of `agents.matching`, `fitness` factors,
    and the two `weighed` with the passage's own place."""
    known: dict[Place, float] = {}

    def said(source: int, unit: int) -> float:
        if not 0 <= unit < len(readings[source].units):
            return 0.0
        if (source, unit) not in known:
            known[source, unit] = covered(wanted, readings[source], unit)
        return known[source, unit]

    rows = []
    for source, unit in places:
        sentence = readings[source].sentences[unit]
        rows.append(
            (
                log(max(weighed[source][unit], LEAST_WEIGHED)),
                scores[source][unit],
                said(source, unit),
                float(readings[source].vectors[unit] @ wanted.vector),
                log(max(fitness[source][unit], LEAST_FIT)),
                float(source),
                max(scores[source]),
                float(sentence.step),
                said(source, unit - 1),
                said(source, unit + 1),
                float(wanted.kind in _ASKED_FOR and fits(wanted.kind, sentence.text)),
            )
        )
    return np.asarray(rows, np.float64).reshape(len(rows), len(TRAITS))
