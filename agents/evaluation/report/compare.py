"""Two reports side by side: what changed, and whether by more than chance or a busy machine explains. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from agents.evaluation.banking import Z
from agents.evaluation.report.figures import Figure, Report
from agents.evaluation.report.words import written

SLOWER, SLOWER_LATE = 0.25, 0.75
"""Parts of a median and of a 95th percentile by which they differ between two runs of the same code."""
SLOWER_MS = 0.3
"""Milliseconds below which no difference of times counts."""

Sort = Literal["regression", "improvement", "noise", "same", "new"]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure then and now. `noise` is the least difference that counts; `sort` says what this one is."""

    section: str
    now: Figure
    then: Figure | None
    noise: float
    sort: Sort

    @property
    def missed_since(self) -> bool:
        """Whether a target that was met is missed now."""
        return self.then is not None and self.then.met is not False and self.now.met is False


def differences(now: Report, then: Report) -> list[Difference]:
    """Each figure of `now` beside the one of `then` of the same section, name and data."""
    before = {(section, figure.name, figure.data): figure for section, figure in _figures(then)}
    return [
        _difference(section, figure, before.get((section, figure.name, figure.data)))
        for section, figure in _figures(now)
    ]


def _figures(report: Report) -> Iterator[tuple[str, Figure]]:
    for section in report.sections:
        for figure in (*section.figures, *section.timings):
            yield section.name, figure


def _difference(section: str, now: Figure, then: Figure | None) -> Difference:
    if then is None:
        return Difference(section, now, None, 0.0, "new")
    noise = noise_of(now, then)
    change = now.value - then.value
    if abs(change) < 5e-5:  # as exact as reports are kept
        return Difference(section, now, then, noise, "same")
    if abs(change) <= noise:
        return Difference(section, now, then, noise, "noise")
    return Difference(
        section, now, then, noise, "improvement" if (change > 0) == (now.better == "higher") else "regression"
    )


def noise_of(now: Figure, then: Figure) -> float:
    """What 95 of 100 differences stay within when nothing is better or worse.

    Case by case where both are known (of shares this is McNemar's test); else as of two sets; of times what a machine
    varies by.
    """
    if now.unit == "ms":
        return max(SLOWER_MS, (SLOWER_LATE if now.name.endswith("p95") else SLOWER) * then.value)
    if now.cases and len(now.cases) == len(then.cases):
        changes = [after - before for after, before in zip(now.cases, then.cases, strict=True)]
        largest = max(map(abs, changes))
        return (Z * sqrt(sum(change**2 for change in changes)) + largest) / len(changes)
    return Z * sqrt(now.error**2 + then.error**2)


def compared(found: list[Difference], then: Report) -> Table:
    """What differs, as a table; regressions say so."""
    title = f"Since {then.made} ({then.version})"
    drawn = Table(title=title, title_justify="left", header_style="bold", box=SIMPLE_HEAD)
    for name in ("figure", "data", "then", "now", "difference", ""):
        drawn.add_column(name, justify="right" if name in ("then", "now", "difference") else "left")
    section = ""
    for each in found:
        if each.sort == "same":
            continue
        if each.section != section:
            section = each.section
            drawn.add_row(Text(section, "bold"))
        drawn.add_row(*_row(each))
    same = sum(each.sort == "same" for each in found)
    drawn.caption = Text(f"{same} of {len(found)} figures are the same.")
    drawn.caption_justify = "left"
    return drawn


def _row(each: Difference) -> list[Text]:
    told = verdict(each)
    style = {"regression": "red", "improvement": "green"}.get(each.sort, "red" if each.missed_since else "")
    then = noise = ""
    if each.then is not None:
        then, noise = written(each.then.value, each.now.unit), f" (± {written(each.noise, each.now.unit)})"
    now = written(each.now.value, each.now.unit)
    cells = (f"  {each.now.name}", each.now.data, then, now, signed(each) + noise, told)
    return [Text(cell, style) for cell in cells]


def signed(each: Difference) -> str:
    """The difference with its sign, in the figure's unit; of shares in percentage points."""
    if each.then is None:
        return ""
    change = each.now.value - each.then.value
    match each.now.unit:
        case "share":
            return f"{change * 100:+.1f} pp"
        case "score":
            return f"{change:+.3f}"
        case "count":
            return f"{change:+.0f}"
        case "ms":
            return f"{change:+.2f} ms"


def verdict(each: Difference) -> str:
    """What a difference is, in words."""
    words = {"regression": "REGRESSION", "improvement": "better", "noise": "within noise", "same": "", "new": "new"}
    return words[each.sort] + (", target now missed" if each.missed_since else "")
