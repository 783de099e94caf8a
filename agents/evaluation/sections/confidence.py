"""Whether what is called 80 % likely comes true in 80 of 100 cases."""

from collections.abc import Sequence
from math import sqrt

from agents.evaluation.calibration import expected_calibration_error, reliability
from agents.evaluation.left_out import left_out_confidence, unseen
from agents.evaluation.measure import Result
from agents.evaluation.report.figures import Diagram, Figure, Section
from agents.evaluation.sections.bench import Bench

ERROR = 0.05
NAME = "expected calibration error"

Pairs = Sequence[tuple[float, bool]]
"""Confidence, and whether the documents answer and a page that does was found."""


async def measure_confidence(bench: Bench) -> Section:
    """The expected calibration error of confidence, and the diagrams that show it. Raises AgentError."""
    results = await bench.asked()
    told: dict[str, Pairs] = {result.name: _pairs(result) for result in results}
    # All of the questions hold those that it was fitted on.
    targets = {result.name: result.target(ERROR) for result in results if len(results) == 1 or result.name != "all"}
    if taken := await bench.taken():
        told["MTRAG"] = [(each.confidence, each.answerable) for each in taken]
        targets["MTRAG"] = unseen(len(taken), ERROR)
    figures = [each for name, pairs in told.items() for each in calibrated(name, pairs, targets.get(name))]
    return Section(
        "confidence",
        "What is called 80 % likely should come true in 80 of 100 cases: the documents answer, at least in part, and "
        "a page that does is among the first five passages, where such pages are known.",
        (*figures, *(left_out_confidence(NAME, ERROR) if taken else ())),
        diagrams=tuple(diagram(name, pairs) for name, pairs in told.items() if pairs),
        notes=() if bench.mtrag else ("confidence on other documents: give --mtrag DIR",),
    )


def _pairs(result: Result) -> Pairs:
    return [
        (each.confidence, each.known.answerable and (each.page_found or not each.known.pages))
        for each in result.outcomes
        if each.judged
    ]


def calibrated(name: str, pairs: Pairs, target: float | None = None) -> list[Figure]:
    """The expected calibration error over ten bins; no figure of nothing. Pure."""
    if not pairs:
        return []
    error = expected_calibration_error([confidence for confidence, _ in pairs], [right for _, right in pairs])
    chance = 0.2 / sqrt(len(pairs))  # what one sample's error differs by from the next one's
    return [Figure(NAME, name, error, len(pairs), target, "lower", "score", chance)]


def diagram(name: str, pairs: Pairs) -> Diagram:
    """Ten bins of confidence with the share that came true. Pure."""
    return Diagram(name, tuple(reliability([confidence for confidence, _ in pairs], [right for _, right in pairs])))
