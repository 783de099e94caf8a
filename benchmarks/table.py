"""The printed table."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Row:
    """One budget: what was measured, beside what, and where the time goes when it was missed."""

    what: str
    measured: str
    reference: str
    ratio: float | None
    target: str
    met: bool
    held_back_by: str = ""


def show(rows: Sequence[Row]) -> None:
    """Print the table, then a line for each target missed."""
    table = Table(title="Budgets", title_justify="left")
    for heading in ("what", "measured", "beside", "ratio", "target", ""):
        table.add_column(heading, justify="left" if heading in ("what", "target") else "right")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f} ×"
        table.add_row(row.what, row.measured, row.reference, ratio, row.target, "met" if row.met else "[red]missed[/]")
    console = Console(width=170)
    console.print(table)
    for row in rows:
        if not row.met:
            console.print(f"missed: {row.what}: {row.held_back_by}")
