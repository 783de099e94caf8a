"""A report as one page that needs nothing else: no script, no foreign host, and every text escaped. Pure."""

from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from agents.evaluation.report import plots
from agents.evaluation.report.figures import Figure, Mistake, Report, Section
from agents.evaluation.report.words import between, grouped, targeted, valued, written

SHOWN = 40
"""Mistakes that a section tells on the page; the JSON has them all."""

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(report: Report) -> str:
    """The report as HTML."""
    style = (files("agents") / "evaluation" / "report" / "page.css").read_text(encoding="utf-8")
    return "\n".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Evaluation, {escape(report.made)}</title>\n<style>\n{style}</style>\n</head>\n<body>",
            *_head(report),
            "<main>",
            *(part for section in report.sections for part in _section(section)),
            "</main>",
            *_foot(report),
            "</body>\n</html>\n",
        )
    )


def _head(report: Report) -> Iterator[str]:
    judged, missed = len(report.judged), report.missed
    met = judged - len(missed)
    yield f'<header><p class="of">OrchestratAI {escape(report.version)}</p><h1>Evaluation</h1>'
    if judged:
        yield f'<p class="sum"><strong>{met}</strong> of {judged} targets met</p>'
        yield f'<div class="meter" aria-hidden="true"><span style="width:{100 * met / judged:.1f}%"></span></div>'
    if missed:
        yield '<ul class="missed">'
        for section, figure in missed:
            told = f"{figure.name}, {figure.data}: {valued(figure)}, target {targeted(figure)}"
            yield f'<li><a href="#{escape(section.name)}">{escape(section.name)}</a> {escape(told)}</li>'
        yield "</ul>"
    yield "<nav aria-label='Sections'>"
    yield from (f'<a href="#{escape(each.name)}">{escape(each.name)}</a>' for each in report.sections)
    yield "</nav></header>"


def _section(section: Section) -> Iterator[str]:
    yield f'<section id="{escape(section.name)}"><h2>{escape(section.name.capitalize())}</h2>'
    yield f"<p>{escape(section.about)}</p>"
    if section.figures:
        yield _table("Figures", section.figures)
    yield from (f'<p class="note">{escape(note)}</p>' for note in section.notes)
    drawn = [
        *((plots.roc(each), each.name) for each in section.rocs),
        *((plots.reliability(each), each.name) for each in section.diagrams),
    ]
    if drawn:
        captioned = (f"<figure>{svg}<figcaption>{escape(name)}</figcaption></figure>" for svg, name in drawn)
        yield f'<div class="plots">{"".join(captioned)}</div>'
    if section.timings:
        yield '<h3>Times, on this machine</h3><p class="key"><span class="m"></span> median '
        yield '<span class="l"></span> 95th percentile, in milliseconds</p>'
        yield plots.bars(section.timings)
        yield from (_table("Times with a target", judged) for judged in [_judged(section.timings)] if judged)
    if section.mistakes:
        yield _mistakes(section.mistakes)
    yield "</section>"


def _judged(figures: Sequence[Figure]) -> list[Figure]:
    return [figure for figure in figures if figure.target is not None]


def _table(title: str, figures: Sequence[Figure]) -> str:
    rows = "".join(
        f'<tr class="group"><th colspan="5" scope="rowgroup">{escape(name)}</th></tr>{"".join(map(_row, group))}'
        for name, group in grouped(figures).items()
    )
    return (
        f'<table><caption class="hidden">{title}</caption><thead><tr><th scope="col">Figure</th>'
        '<th scope="col" class="wide"></th><th scope="col" class="n">Value</th><th scope="col" class="n">Target</th>'
        f'<th scope="col" class="r"><span class="hidden">Result</span></th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _row(figure: Figure) -> str:
    told = {True: '<span class="met">✓ met</span>', False: '<span class="miss">✗ missed</span>', None: ""}[figure.met]
    value = written(figure.value, figure.unit)
    within = f"<small>{between(figure)}</small>" if figure.interval else ""
    return (
        f'<tr><th scope="row">{escape(figure.data)} <small>of {figure.of:,}</small></th>'
        f'<td class="wide">{plots.bullet(figure)}</td><td class="n"><b>{value}</b>{within}</td>'
        f'<td class="n">{escape(targeted(figure))}</td><td class="r">{told}</td></tr>'
    )


def _mistakes(found: Sequence[Mistake]) -> str:
    rows = "".join(
        f"<tr><td>{escape(each.text)}</td><td>{escape(each.what)}</td><td>{escape(each.data)}</td></tr>"
        for each in found[:SHOWN]
    )
    more = f"<p class='note'>and {len(found) - SHOWN} more in the JSON report</p>" if len(found) > SHOWN else ""
    return (
        f"<details><summary>What went wrong: {len(found)}</summary><table class='wrong'><thead><tr>"
        '<th scope="col">Asked</th><th scope="col">What happened</th><th scope="col">Data</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>{more}</details>"
    )


def _foot(report: Report) -> Iterator[str]:
    yield "<footer><h2>How this was measured</h2><dl>"
    yield f"<dt>Command</dt><dd><code>{escape(report.command)}</code></dd>"
    yield f"<dt>Made</dt><dd>{escape(report.made)}</dd><dt>Machine</dt><dd>{escape(report.machine)}</dd>"
    sizes = ", ".join(f"{name} {size:,}" for name, size in report.sets.items())
    yield f"<dt>Sets</dt><dd>{escape(sizes)}</dd>"
    for name, command in report.fitted.items():
        yield f"<dt>{escape(name)}</dt><dd>fitted by <code>{escape(command)}</code></dd>"
    yield "</dl></footer>"
