"""A report as a table for people. Pure."""

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from agents.evaluation.report.figures import Figure, Report
from agents.evaluation.report.words import grouped, targeted, valued

_COLOURS = {True: "green", False: "red", None: ""}


def table(report: Report) -> Table:
    """A row for each figure, then for each time, section by section; what misses its target is red and says so."""
    title = f"OrchestratAI {report.version}: {summary(report)}"
    drawn = Table(title=title, title_justify="left", header_style="bold", box=SIMPLE_HEAD)
    drawn.add_column("figure")
    drawn.add_column("data")
    drawn.add_column("value", justify="right")
    drawn.add_column("target", justify="right")
    drawn.add_column("")
    for section in report.sections:
        drawn.add_row(_text(section.name, "bold"))
        for name, figures in grouped((*section.figures, *section.timings)).items():
            for place, figure in enumerate(figures):
                drawn.add_row(_text("" if place else f"  {name}"), *_row(figure))
        drawn.add_section()
    notes = [f"{section.name}: {note}" for section in report.sections for note in section.notes]
    if notes:
        drawn.caption = _text("\n".join(("Not measured:", *notes)))
        drawn.caption_justify = "left"
    return drawn


def summary(report: Report) -> str:
    """How many targets are met."""
    judged = len(report.judged)
    return f"{judged - len(report.missed)} of {judged} targets met" if judged else "no figure has a target"


def _row(figure: Figure) -> list[Text]:
    met = figure.met
    return [
        _text(f"{figure.data}, {figure.of:,}"),
        _text(valued(figure), _COLOURS[met]),
        _text(targeted(figure)),
        _text({True: "met", False: "MISSED", None: ""}[met], _COLOURS[met]),
    ]


def _text(text: str, style: str = "") -> Text:
    """Text that is not read as markup."""
    return Text(text, style)
