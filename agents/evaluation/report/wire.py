"""A report as JSON, and back. Pure."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson

from agents.errors import AgentError
from agents.evaluation.report.figures import Figure, Report, Section

FORMAT = 1


class ReportInvalid(AgentError):
    """A file is no report of ours; the message says what to do."""

    code = "report_invalid"


def as_json(report: Report) -> dict[str, Any]:
    """The report as JSON values; `missed` names the figures that miss their target."""
    sections = [_section(section) for section in report.sections]
    missed = [f"{section.name}: {figure.name} ({figure.data})" for section, figure in report.missed]
    return {"report": FORMAT} | asdict(report) | {"sections": sections, "missed": missed}


def _section(section: Section) -> dict[str, Any]:
    return asdict(section) | {
        "figures": [_figure(each) for each in section.figures],
        "timings": [_figure(each) for each in section.timings],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    rounded = {"value": round(figure.value, 4), "error": round(figure.error, 4)}
    cases = " ".join(f"{each:.3g}" for each in figure.cases)
    return asdict(figure) | rounded | {"met": figure.met, "cases": cases}


def encoded(report: Report) -> bytes:
    """The report as it is kept in a file."""
    return orjson.dumps(as_json(report), option=orjson.OPT_INDENT_2) + b"\n"


def decoded(content: bytes, place: str) -> Report:
    """The figures of a report that `encoded` made, without curves and mistakes. Raises ReportInvalid."""
    try:
        found = orjson.loads(content)
        if found["report"] != FORMAT:
            raise ReportInvalid(f"{place} is a report of another version. Measure it anew with --json FILE.")
        return Report(
            version=str(found["version"]),
            made=str(found["made"]),
            command=str(found["command"]),
            machine=str(found["machine"]),
            sets={str(name): int(size) for name, size in found["sets"].items()},
            sections=tuple(
                Section(
                    str(section["name"]),
                    str(section["about"]),
                    tuple(_read(each) for each in section["figures"]),
                    tuple(_read(each) for each in section["timings"]),
                )
                for section in found["sections"]
            ),
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ReportInvalid(
            f"{place} is not a report. Give a file that `orchestratai eval --json FILE` wrote."
        ) from error


def _read(found: Mapping[str, Any]) -> Figure:
    target, interval = found["target"], found["interval"]
    return Figure(
        name=str(found["name"]),
        data=str(found["data"]),
        value=float(found["value"]),
        of=int(found["of"]),
        target=None if target is None else float(target),
        better="lower" if found["better"] == "lower" else "higher",
        unit=found["unit"] if found["unit"] in ("share", "score", "count", "ms") else "score",
        error=float(found["error"]),
        interval=None if interval is None else (float(interval[0]), float(interval[1])),
        cases=tuple(map(float, found["cases"].split())),
    )
