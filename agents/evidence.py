"""Whether what was found suffices to answer, decided before the first token, and how likely the answer is right."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from math import exp

import numpy as np

from agents.embedding import WordVectors
from agents.gaps import asked_words, gaps
from agents.knowledge.retrieval import Retrieved
from agents.matching import counts
from agents.reading import Reader, Reading
from agents.wording import Wording
from streaming.events import Verdict

SIGNALS = (
    "best_sentence",
    "met",
    "least_missing",
    "worst_missing",
    "uncounted",
    "unknown_code",
    "length",
)
"""What the verdict is computed from, in the order of the model's coefficients."""

LEAST_RARITY = 0.15
"""How much a very common word counts against a rare one; names and codes always count fully."""
READ = 4
"""Passages that are read for the verdict."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The verdict, and the probability that the documents answer the question."""

    verdict: Verdict
    confidence: float


@dataclass(frozen=True, slots=True)
class EvidenceModel:
    """A logistic model over the signals, with the probabilities from which an answer is given.

    Fitted by `python -m agents.evaluation.fit` on the dev split of the bundled questions.
    """

    coefficients: tuple[float, ...]
    intercept: float
    answerable: float
    partial: float

    def probability(self, signals: Sequence[float]) -> float:
        """The probability that the documents answer the question."""
        z = self.intercept + sum(weight * signal for weight, signal in zip(self.coefficients, signals, strict=True))
        return 1 / (1 + exp(-max(-30.0, min(30.0, z))))


def bundled_model() -> EvidenceModel:
    """The fitted model that comes with the package."""
    stored = json.loads((files("agents") / "bundled" / "evidence.json").read_bytes())
    by_name = stored["coefficients"]
    return EvidenceModel(
        tuple(float(by_name[name]) for name in SIGNALS), stored["intercept"], stored["answerable"], stored["partial"]
    )


class Judge:
    """Judges what a search found. CPU only: use a thread."""

    def __init__(self, reader: Reader, word_vectors: WordVectors, wording: Wording, model: EvidenceModel) -> None:
        self._reader = reader
        self._word_vectors = word_vectors
        self._wording = wording
        self._model = model

    def __call__(self, found: Retrieved) -> Evidence:
        """The verdict on the passages found for a question."""
        if not found.passages:
            return Evidence("unanswerable", 0.0)
        confidence = self._model.probability(self.signals(found))
        if not found.sought.weights.keys() - found.sought.cues:
            return Evidence("underspecified", round(min(confidence, self._model.partial), 4))  # "How much?"
        if confidence >= self._model.answerable:
            verdict: Verdict = "answerable"
        elif confidence >= self._model.partial:
            verdict = "partial"
        else:
            verdict = "underspecified" if len(found.wanted) < 2 else "unanswerable"
        return Evidence(verdict, round(confidence, 4))

    def signals(self, found: Retrieved) -> tuple[float, ...]:
        """The values of SIGNALS for a search that found something."""
        readings = self._reader(found.passages)
        asked = asked_words(found.parts, found.sought.kind, self._wording)
        words = [word.text.lower() for word in asked]
        vectors, says = self._word_vectors.weighted(words)
        plain = np.asarray([not (word.is_name or word.is_code) for word in asked], bool)
        rarity = np.where(plain, np.maximum(self._word_vectors.rarity(words), LEAST_RARITY), 1.0)
        spoken = [self._word_vectors.weighted(reading.words)[0] for reading in readings[:READ]]
        missing = gaps(asked, vectors, says * rarity, readings[:READ], spoken, self._wording)
        return (
            max(found.best),
            missing.met,
            missing.least,
            missing.worst,
            float(_uncounted(found, readings)),
            float(missing.code),
            float(len(found.sought.weights)),
        )


def _uncounted(found: Retrieved, readings: Sequence[Reading]) -> bool:
    """Whether the number of something is asked for that no sentence counts."""
    thing = found.sought.counted
    return thing is not None and not any(
        counts(passage.text[unit.start : unit.end], thing)
        for passage, reading in zip(found.passages, readings, strict=True)
        for unit in reading.units
    )
