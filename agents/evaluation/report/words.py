"""Figures in words: as the table and the page write them. Pure."""

from collections.abc import Sequence

from agents.evaluation.report.figures import Figure, Unit


def written(value: float, unit: Unit) -> str:
    """A value with as many places as it is good for."""
    match unit:
        case "share":
            return f"{value:.1%}"
        case "score":
            return f"{value:.3f}"
        case "count":
            return f"{value:.0f}"
        case "ms":
            return f"{value:.2f} ms" if value < 10 else f"{value:.1f} ms"


def valued(figure: Figure) -> str:
    """The value, with its interval where there is one."""
    text = written(figure.value, figure.unit)
    return text if figure.interval is None else f"{text} ({between(figure)})"


def between(figure: Figure) -> str:
    """The interval, or nothing."""
    return " to ".join(written(each, figure.unit) for each in figure.interval or ())


def targeted(figure: Figure) -> str:
    """The target, or nothing."""
    if figure.target is None:
        return ""
    return f"{'≥' if figure.better == 'higher' else '≤'} {_plain(figure.target, figure.unit)}"


def _plain(value: float, unit: Unit) -> str:
    """A limit as it is given: 90 %, not 90.0 %."""
    match unit:
        case "share":
            return f"{value * 100:g}%"
        case "score":
            return f"{value:g}"
        case "count":
            return f"{value:.0f}"
        case "ms":
            return f"{value:g} ms"


def grouped(figures: Sequence[Figure]) -> dict[str, list[Figure]]:
    """The figures of each name, in the order in which the names come."""
    groups: dict[str, list[Figure]] = {}
    for figure in figures:
        groups.setdefault(figure.name, []).append(figure)
    return groups
