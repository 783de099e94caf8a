"""How likely two questions ask the same: a small fitted model over their vectors and their words, and a guard."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import log

import numpy as np

from agents.comparing import apart, same
from agents.embedding import WordVectors
from agents.forms import Form, form, stem

LEAST_COSINE = 0.7
"""Questions further apart are not compared."""
LIGHT = 0.5
"""Rarity below which a word tells the story around a question."""


@dataclass(frozen=True, slots=True)
class LikenessModel:
    """A logistic model over `features`; from `threshold` on, an earlier answer may serve.

    Fitted by `python -m agents.evaluation.fit_likeness FILE` on pairs of questions whose intent is known.
    """

    coefficients: tuple[float, ...]
    intercept: float
    threshold: float


def bundled_likeness() -> LikenessModel:
    """The fitted model that comes with the package."""
    stored = json.loads((files("agents") / "bundled" / "likeness.json").read_bytes())
    return LikenessModel(tuple(stored["coefficients"]), stored["intercept"], stored["threshold"])


class Likeness:
    """Tells whether the answer to one question may serve for another. CPU only, about 50 µs."""

    def __init__(self, words: WordVectors, everyday: frozenset[str], model: LikenessModel) -> None:
        self._model = model
        self._words = words
        self._rarity: Callable[[str], float] = lru_cache(maxsize=65536)(lambda word: float(words.rarity([word])[0]))
        self._everyday = everyday

    def __call__(self, cosine: float, asked: str, earlier: str) -> bool:
        """Whether what was answered `earlier` answers what is `asked`."""
        if cosine < LEAST_COSINE:
            return False
        a, b = form(asked), form(earlier)
        if same(a, b, self._known):
            return True
        values = self.features(cosine, a, b)
        score = sum(weight * value for weight, value in zip(self._model.coefficients, values, strict=True))
        return score + self._model.intercept >= self._model.threshold and not apart(a, b, values[1], self._light)

    def features(self, cosine: float, a: Form, b: Form) -> tuple[float, ...]:
        """Nearness; the share of words in common, 0..1; what was put in place of what; the words of the shorter one;
        how near what one says alone is to what the other says alone, 0..1; whether they deny alike; and the share of
        prepositions that lead to the same words in both, 0..1.
        """
        ours, theirs = {stem(word): word for word in a.words}, {stem(word): word for word in b.words}
        common = sum(self._weight(ours[key]) for key in ours.keys() & theirs.keys())
        only_ours = [ours[key] for key in ours.keys() - theirs.keys()]
        only_theirs = [theirs[key] for key in theirs.keys() - ours.keys()]
        mine, yours = sum(map(self._weight, only_ours)), sum(map(self._weight, only_theirs))
        return (
            log(1.02 - min(cosine, 1.0)),
            common / max(common + mine + yours, 1e-6),
            min(mine, yours),
            float(min(len(a.words), len(b.words))),
            self._near(only_ours, only_theirs),
            float(len(a.negations) == len(b.negations)),
            len(a.directions & b.directions) / max(1, len(a.directions | b.directions)),
        )

    def _near(self, ours: Sequence[str], theirs: Sequence[str]) -> float:
        """The cosine of what is meant by some words and by others, rare ones counting more; 0 where either are none."""
        if not ours or not theirs:
            return 0.0
        vectors = self._words.weighted([*ours, *theirs])[0]
        rare = np.asarray([self._weight(word) for word in (*ours, *theirs)], np.float32)
        one, other = rare[: len(ours)] @ vectors[: len(ours)], rare[len(ours) :] @ vectors[len(ours) :]
        return float(one @ other / max(np.linalg.norm(one) * np.linalg.norm(other), 1e-9))

    def _weight(self, word: str) -> float:
        return 0.3 + self._rarity(word)

    def _known(self, word: str) -> bool:
        return self._rarity(word) < 1.0

    def _light(self, word: str) -> bool:
        return word in self._everyday or self._rarity(word) < LIGHT
