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
from agents.reading import Reader, Reading
from agents.wording import Wording
from streaming.events import Verdict

SIGNALS = (
    "best_cosine",
    "sentence_cosine",
    "sentence_coverage",
    "lexical_strength",
    "unknown_name",
    "unknown_code",
    "matched_best",
    "matched_jointly",
    "stressed_best",
    "stressed_jointly",
    "worst_gap",
    "gaps",
    "gaps_in_first",
    "least_gaps",
    "worst_unknown",
)
"""What the verdict is computed from, in the order of the model's coefficients."""

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
        if confidence >= self._model.answerable:
            verdict: Verdict = "answerable"
        elif confidence >= self._model.partial:
            verdict = "partial"
        else:
            verdict = "underspecified" if len(found.wanted) < 2 else "unanswerable"
        return Evidence(verdict, round(confidence, 4))

    def signals(self, found: Retrieved) -> tuple[float, ...]:
        """The values of SIGNALS for a search that found something."""
        readings = self._reader(found.passages[:READ])
        asked = asked_words(found.parts, self._wording)
        vectors, weights = self._word_vectors.weighted([word.text.lower() for word in asked])
        says = np.asarray([word.weight for word in asked], np.float32) * weights
        return (*nearness(found, readings), *gaps(asked, vectors, says, readings, found.statistics, self._wording))


def nearness(found: Retrieved, readings: Sequence[Reading]) -> tuple[float, ...]:
    """How near the passages come: the first four of SIGNALS. Pure."""
    idf = {term: weight * found.statistics.idf(term) for term, weight in found.wanted.items()}
    total = sum(idf.values()) or 1.0
    cosine = coverage = 0.0
    for reading in readings:
        if reading.units:
            cosine = max(cosine, float((reading.vectors @ found.vector).max()))
            covered = (sum(idf[t] for t in idf if t in own or t in reading.context) for own in reading.terms)
            coverage = max(coverage, max(covered) / total)
    return max(found.cosines), cosine, coverage, min(1.0, max(found.lexical) / (2.2 * total))
