"""Progress of several pieces of work on standard error: bars in a terminal, plain lines elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

if TYPE_CHECKING:
    from agents.evaluation.sections.bench import Progress as Told

QUARTERS = 4


def bar(console: Console) -> Progress:
    """A progress bar, gone when done."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


@contextmanager
def progress(console: Console) -> "Iterator[Told]":
    """What work may tell of itself, from any thread, while this is open."""
    if not console.is_terminal:
        yield Lines(console)
        return
    with bar(console) as drawn:
        yield Bars(drawn)


class Bars:
    """A bar for each piece of work; one of unknown length goes when the next begins."""

    def __init__(self, drawn: Progress) -> None:
        self._drawn = drawn
        self._tasks: dict[str, TaskID] = {}
        self._unknown: TaskID | None = None

    def __call__(self, name: str, done: int, total: int) -> None:
        task = self._tasks.get(name)
        if task is None:
            if self._unknown is not None:
                self._drawn.remove_task(self._unknown)
            task = self._tasks[name] = self._drawn.add_task(name, total=total or None)
            self._unknown = None if total else task
        self._drawn.update(task, completed=done)


class Lines:
    """A line when a piece of work begins, and one for each quarter of it."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told: dict[str, int] = {}

    def __call__(self, name: str, done: int, total: int) -> None:
        quarter = QUARTERS * done // total if total else 0
        if self._told.get(name, -1) < quarter:
            self._told[name] = quarter
            part = f": {done} of {total}" if total else ""
            self._console.print(f"{name}{part}", highlight=False, markup=False)
