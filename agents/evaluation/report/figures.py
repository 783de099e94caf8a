"""What was measured: figures with their targets, curves, and what went wrong, in sections. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import sqrt
from typing import Literal

import numpy as np

from agents.evaluation.calibration import Bin
from agents.evaluation.ranks import auroc

Unit = Literal["share", "score", "count", "ms"]
Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one set of data: `value` of `of` cases, with its standard `error` as an estimate for others.

    A share and a score are 0..1. `target` is the least, or where lower is better the most, that it should be. `cases`
    are the values that it is the mean of, in the order of the set, so that two reports can be compared case by case.
    """

    name: str
    data: str
    value: float
    of: int
    target: float | None = None
    better: Better = "higher"
    unit: Unit = "share"
    error: float = 0.0
    interval: tuple[float, float] | None = None
    cases: tuple[float, ...] = ()

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        if self.target is None:
            return None
        return self.value >= self.target if self.better == "higher" else self.value <= self.target


@dataclass(frozen=True, slots=True)
class Roc:
    """How scores tell two kinds apart: points from (0, 0) to (1, 1), and the area below them."""

    name: str
    points: tuple[tuple[float, float], ...]
    area: float


@dataclass(frozen=True, slots=True)
class Diagram:
    """Confidence against the share that was right."""

    name: str
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One case that went wrong: its text, and what became of it."""

    data: str
    text: str
    what: str


@dataclass(frozen=True, slots=True)
class Section:
    """What was measured of one thing. Only `timings` depend on the machine; `notes` tell what is missing."""

    name: str
    about: str
    figures: tuple[Figure, ...] = ()
    timings: tuple[Figure, ...] = ()
    rocs: tuple[Roc, ...] = ()
    diagrams: tuple[Diagram, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """One run: when, with which command, over sets of which sizes, with tables that which commands fitted."""

    version: str
    made: str
    command: str
    machine: str
    sets: Mapping[str, int] = field(default_factory=dict)
    fitted: Mapping[str, str] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()

    @property
    def judged(self) -> list[tuple[Section, Figure]]:
        """The figures that have a target, with their sections."""
        return [
            (section, figure)
            for section in self.sections
            for figure in (*section.figures, *section.timings)
            if figure.target is not None
        ]

    @property
    def missed(self) -> list[tuple[Section, Figure]]:
        """Those of them that miss it."""
        return [(section, figure) for section, figure in self.judged if figure.met is False]


def rate(
    name: str, data: str, part: int, whole: int, *, target: float | None = None, better: Better = "higher"
) -> list[Figure]:
    """A share of which the single cases are not known; no figure of nothing."""
    if not whole:
        return []
    # As if two more had been right and two wrong (Agresti and Coull): all of ten right is no certainty.
    smooth = (part + 2) / (whole + 4)
    return [Figure(name, data, part / whole, whole, target, better, "share", sqrt(smooth * (1 - smooth) / (whole + 4)))]


def share(
    name: str, data: str, hits: Sequence[bool], *, target: float | None = None, better: Better = "higher"
) -> list[Figure]:
    """The share of `hits` that are, case by case in the order of the set; no figure of nothing."""
    cases = tuple(map(float, hits))
    return [
        replace(figure, cases=cases) for figure in rate(name, data, sum(hits), len(hits), target=target, better=better)
    ]


def mean(name: str, data: str, values: Sequence[float], *, target: float | None = None) -> list[Figure]:
    """The mean of scores, each 0..1; no figure of nothing."""
    if not values:
        return []
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.5
    error, n = spread / sqrt(len(values)), len(values)
    return [Figure(name, data, float(np.mean(values)), n, target, "higher", "score", error, cases=tuple(values))]


def area(
    name: str, data: str, scores: Sequence[float], positive: Sequence[bool], *, target: float | None = None
) -> tuple[list[Figure], list[Roc]]:
    """AUROC with Hanley and McNeil's error, and its curve; nothing where one kind is missing."""
    ones = sum(positive)
    others = len(positive) - ones
    if not ones or not others:
        return [], []
    a = auroc(scores, positive)
    variance = a * (1 - a) + (ones - 1) * (a / (2 - a) - a * a) + (others - 1) * (2 * a * a / (1 + a) - a * a)
    error = sqrt(max(variance, 0.0) / (ones * others))
    return (
        [Figure(name, data, a, len(positive), target, "higher", "score", error)],
        [Roc(f"{data}: {name}", _points(scores, positive), a)],
    )


def count(
    name: str, data: str, value: int, of: int, *, target: float | None = None, better: Better = "lower"
) -> Figure:
    """How many of a fixed set, without an error: any change is one."""
    return Figure(name, data, value, of, target, better, "count")


def timings(name: str, data: str, milliseconds: Sequence[float], *, target: float | None = None) -> list[Figure]:
    """The median, with the target, and the 95th percentile; no figure of nothing."""
    if not milliseconds:
        return []
    p50, p95 = (float(np.percentile(milliseconds, each)) for each in (50, 95))
    n = len(milliseconds)
    return [
        Figure(f"{name}, p50", data, p50, n, target, "lower", "ms"),
        Figure(f"{name}, p95", data, p95, n, None, "lower", "ms"),
    ]


def _points(scores: Sequence[float], positive: Sequence[bool], most: int = 120) -> tuple[tuple[float, float], ...]:
    """The ROC curve, falsely accepted against rightly accepted, in at most some `most` points."""
    order = np.argsort(-np.asarray(scores, float), kind="stable")
    ranked, hits = np.asarray(scores, float)[order], np.asarray(positive, bool)[order]
    last = np.r_[ranked[1:] != ranked[:-1], True]  # ties are one step
    rights, wrongs = np.cumsum(hits)[last] / hits.sum(), np.cumsum(~hits)[last] / (~hits).sum()
    chosen = np.unique(np.linspace(0, len(rights) - 1, min(most, len(rights))).astype(int))
    return ((0.0, 0.0), *((float(wrongs[i]), float(rights[i])) for i in chosen))
