"""Whether what is called 80 % likely comes true in 80 of 100 cases. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about the same confidence: the mean of it, 0..1, the share that was right, 0..1, and their number."""

    confidence: float
    right: float
    count: int


def reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> list[Bin]:
    """Bins of the same width over 0..1, lowest first, without the empty ones: what a reliability diagram shows."""
    values, hits = np.asarray(confidences, float), np.asarray(right, bool)
    places = np.minimum((values * bins).astype(int), bins - 1)
    return [_bin(values, hits, places == each) for each in range(bins) if (places == each).any()]


def even_reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> list[Bin]:
    """Bins with the same number of answers, lowest first: none is so small that its share is a matter of luck."""
    values, hits = np.asarray(confidences, float), np.asarray(right, bool)
    order = np.argsort(values, kind="stable")
    return [_bin(values, hits, part) for part in np.array_split(order, bins) if part.size]


def calibration_error(bins: Sequence[Bin]) -> float:
    """The mean distance between confidence and share right, 0..1, each bin weighing its count; 0 for no bins."""
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.confidence - each.right) for each in bins) / total if total else 0.0


def expected_calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """`calibration_error` over bins of the same width, as it is commonly given.

    Chance alone makes it larger the fewer answers there are: 150 perfectly calibrated ones show some .03 to .06.
    """
    return calibration_error(reliability(confidences, right, bins))


def _bin(values: np.ndarray, hits: np.ndarray, those: np.ndarray) -> Bin:
    chosen = values[those]
    return Bin(float(chosen.mean()), float(hits[those].mean()), len(chosen))
