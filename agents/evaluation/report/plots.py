"""The report's plots, as inline SVG in the page's own colours. Pure."""

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, log10, sqrt

from agents.evaluation.report.figures import Diagram, Figure, Roc

SIDE, LEFT, BOTTOM, EDGE = 220, 44, 42, 10
WIDE, ROW, VALUES = 400, 44, 90


def roc(curve: Roc) -> str:
    """A ROC curve over the diagonal that chance draws."""
    points = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in curve.points)
    below = f"{_x(0)},{_y(0)} {points} {_x(1)},{_y(0)}"
    drawn = f'<polygon class="area" points="{below}"/><polyline class="curve" points="{points}"/>'
    told = f'<text class="big" x="{_x(0.94):.0f}" y="{_y(0.08):.0f}" text-anchor="end">{curve.area:.3f}</text>'
    label = f"ROC curve, {curve.name}: area {curve.area:.3f}"
    return _square(label, "wrongly taken in", "rightly taken in", drawn + told)


def reliability(diagram: Diagram) -> str:
    """Dots as large as their bin is full, each tied to the diagonal that it should be on."""
    most = max(each.count for each in diagram.bins)
    dots = "".join(
        f'<line class="gap" x1="{_x(each.confidence):.1f}" y1="{_y(each.confidence):.1f}" '
        f'x2="{_x(each.confidence):.1f}" y2="{_y(each.right):.1f}"/>'
        f'<circle class="dot" cx="{_x(each.confidence):.1f}" cy="{_y(each.right):.1f}" '
        f'r="{2.5 + 6.5 * sqrt(each.count / most):.1f}"><title>{each.count} at {each.confidence:.0%}: '
        f"{each.right:.0%} right</title></circle>"
        for each in diagram.bins
    )
    total = sum(each.count for each in diagram.bins)
    label = f"Reliability diagram, {diagram.name}: {total} answers in {len(diagram.bins)} bins"
    return _square(label, "confidence", "came true", dots)


def bars(times: Sequence[Figure]) -> str:
    """Median and 95th percentile of each step, on one scale."""
    steps = list(_pairs(times))
    if not steps:
        return ""
    end = _round_up(max(p95.value for _, _, p95 in steps))
    scale = (WIDE - VALUES - EDGE) / end
    height = ROW * len(steps) + 26
    rows = "".join(_bar(place, name, p50, p95, scale) for place, (name, p50, p95) in enumerate(steps))
    ticks = "".join(
        f'<line class="grid" x1="{EDGE + scale * at:.1f}" y1="0" x2="{EDGE + scale * at:.1f}" y2="{height - 22}"/>'
        f'<text class="tick" x="{EDGE + scale * at:.1f}" y="{height - 7}" text-anchor="middle">{at:g}</text>'
        for at in (0, end / 2, end)
    )
    return (
        f'<svg class="bars" viewBox="0 0 {WIDE} {height}" role="img" aria-label="Milliseconds of each step">'
        f"{ticks}{rows}</svg>"
    )


def bullet(figure: Figure) -> str:
    """A share or a score on a line from 0 to 1, with its target; nothing for the others."""
    if figure.unit not in ("share", "score"):
        return ""
    value = min(max(figure.value, 0.0), 1.0)
    mark = (
        ""
        if figure.target is None
        else f'<rect class="goal" x="{100 * figure.target - 0.75:.1f}" width="1.5" height="14"/>'
    )
    kind = {True: "good", False: "bad", None: "plain"}[figure.met]
    return (
        '<svg class="bullet" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" y="4" width="100" height="6" rx="1"/>'
        f'<rect class="{kind}" y="4" width="{100 * value:.1f}" height="6" rx="1"/>{mark}</svg>'
    )


def _bar(place: int, name: str, p50: Figure, p95: Figure, scale: float) -> str:
    top = place * ROW + 22
    return (
        f'<text class="name" x="{EDGE + 4}" y="{top - 6}">{escape(name)}</text>'
        f'<rect class="late" x="{EDGE}" y="{top}" width="{max(scale * p95.value, 1):.1f}" height="18" rx="3"/>'
        f'<rect class="median" x="{EDGE}" y="{top}" width="{max(scale * p50.value, 1):.1f}" height="18" rx="3"/>'
        f'<text class="value" x="{EDGE + scale * p95.value + 8:.1f}" y="{top + 13}">'
        f"{p50.value:.1f} · {p95.value:.1f}</text>"
    )


def _pairs(times: Sequence[Figure]) -> Iterator[tuple[str, Figure, Figure]]:
    """Name, median and 95th percentile of what has both."""
    late = {figure.name.removesuffix(", p95"): figure for figure in times if figure.name.endswith(", p95")}
    for figure in times:
        name = figure.name.removesuffix(", p50")
        if name != figure.name and name in late:
            yield name, figure, late[name]


def _round_up(value: float) -> float:
    """1, 2, 4, 5 or 10 times a power of ten, at least `value`."""
    power = 10 ** ceil(log10(max(value, 0.1)) - 1)
    return float(next(power * step for step in (1, 2, 4, 5, 10) if power * step >= value))


def _x(share: float) -> float:
    return LEFT + share * SIDE


def _y(share: float) -> float:
    return EDGE + (1 - share) * SIDE


def _square(label: str, across: str, up: str, inside: str) -> str:
    """Two axes from 0 to 1, the diagonal, and what is drawn between them."""
    width, height = LEFT + SIDE + EDGE, EDGE + SIDE + BOTTOM
    grid = "".join(
        f'<line class="grid" x1="{_x(at):.0f}" y1="{_y(0):.0f}" x2="{_x(at):.0f}" y2="{_y(1):.0f}"/>'
        f'<line class="grid" x1="{_x(0):.0f}" y1="{_y(at):.0f}" x2="{_x(1):.0f}" y2="{_y(at):.0f}"/>'
        for at in (0, 0.25, 0.5, 0.75, 1)
    )
    ticks = "".join(
        f'<text class="tick" x="{_x(at):.0f}" y="{_y(0) + 16:.0f}" text-anchor="middle">{at:g}</text>'
        f'<text class="tick" x="{_x(0) - 6:.0f}" y="{_y(at) + 4:.0f}" text-anchor="end">{at:g}</text>'
        for at in (0, 0.5, 1)
    )
    middle = _y(0.5)
    return (
        f'<svg class="square" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">'
        f'{grid}<line class="chance" x1="{_x(0):.0f}" y1="{_y(0):.0f}" x2="{_x(1):.0f}" y2="{_y(1):.0f}"/>'
        f"{ticks}{inside}"
        f'<text class="axis" x="{_x(0.5):.0f}" y="{height - 4}" text-anchor="middle">{escape(across)}</text>'
        f'<text class="axis" x="11" y="{middle:.0f}" text-anchor="middle" '
        f'transform="rotate(-90 11 {middle:.0f})">{escape(up)}</text></svg>'
    )
