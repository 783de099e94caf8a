"""A report as a table for people. Pure."""

from rich.table import Table
from rich.text import Text

from agents.evaluation.report.figures import Figure, Report
from agents.evaluation.report.words import targeted, valued

_COLOURS = {True: "green", False: "red", None: ""}


def table(report: Report) -> Table:
    """A row for each figure, then for each time, section by section; what misses its target is red and says so."""
    drawn = Table(title=f"OrchestratAI {report.version}: {summary(report)}", title_justify="left", header_style="bold")
    drawn.add_column("section")
    drawn.add_column("figure")
    drawn.add_column("data")
    drawn.add_column("of", justify="right")
    drawn.add_column("value", justify="right")
    drawn.add_column("target", justify="right")
    drawn.add_column("")
    for section in report.sections:
        name = section.name
        for figure in (*section.figures, *section.timings):
            drawn.add_row(name, *_row(figure))
            name = ""
        for note in section.notes:
            drawn.add_row(name, _text(note), style="dim")
            name = ""
        drawn.add_section()
    return drawn


def summary(report: Report) -> str:
    """How many targets are met."""
    judged = len(report.judged)
    return f"{judged - len(report.missed)} of {judged} targets met" if judged else "no figure has a target"


def _row(figure: Figure) -> list[Text]:
    met = figure.met
    return [
        _text(figure.name),
        _text(figure.data),
        _text(f"{figure.of:,}"),
        _text(valued(figure), _COLOURS[met]),
        _text(targeted(figure)),
        _text({True: "met", False: "MISSED", None: ""}[met], _COLOURS[met]),
    ]


def _text(text: str, style: str = "") -> Text:
    """Text that is not read as markup."""
    return Text(text, style)
