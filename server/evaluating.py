"""`orchestratai eval`: measures, shows, keeps what was measured, and sets it beside an earlier report."""

import asyncio
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
from rich.console import Console

from server.commands import IndexBar, errors, guarded
from server.configured import open_configured_agents
from server.data_dir import claim_data_dir
from server.settings import Settings
from server.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents.evaluation.report.figures import Report

WIDTH = 150
"""Columns of a table that goes to no terminal."""
STANDARD_OUTPUT = Path("-")


@dataclass(frozen=True, slots=True)
class Asked:
    """What to measure with, and where it goes: `json` may be STANDARD_OUTPUT, which then holds nothing else."""

    command: str
    questions: Path | None = None
    split: str | None = None
    mtrag: Path | None = None
    clinc: Path | None = None
    banking: Path | None = None
    only: Sequence[str] = ()
    json: Path | None = None
    html: Path | None = None
    compare: Path | None = None


def evaluate(settings: Settings, asked: Asked) -> bool:
    """Measure, show and keep it; whether every target is met. Raises ClickException with what to do."""
    from agents.errors import AgentError
    from agents.evaluation.report.wire import decoded, encoded

    for path in (asked.json, asked.html):
        if path is not None and not path.parent.is_dir():
            raise click.ClickException(f"{path} cannot be written: there is no folder {path.parent}. Make it first.")
    try:
        earlier = asked.compare and decoded(asked.compare.read_bytes(), str(asked.compare))
    except (AgentError, OSError) as error:
        raise click.ClickException(str(error)) from None
    report: Report = guarded(measured(settings, asked))
    with writing():
        if asked.json is not None and asked.json != STANDARD_OUTPUT:
            asked.json.write_bytes(encoded(report))
        if asked.html is not None:
            from agents.evaluation.report.page import page

            asked.html.write_text(page(report), encoding="utf-8")
    shown = show(report, json=asked.json == STANDARD_OUTPUT)
    if earlier:
        from agents.evaluation.report.compare import compared, differences

        shown.print(compared(differences(report, earlier), earlier))
    return not report.missed


def show(report: "Report", *, json: bool) -> Console:
    """Print it as a table or as JSON; where what else there is to say goes."""
    from agents.evaluation.report.table import table
    from agents.evaluation.report.wire import encoded

    console = Console(stderr=json)
    if not console.is_terminal:
        console = Console(stderr=json, width=WIDTH)
    if json:
        click.echo(encoded(report).decode(), nl=False)
    else:
        console.print(table(report))
    return console


async def measured(settings: Settings, asked: Asked) -> "Report":
    """The report. Raises AgentError and DataDirInUse."""
    from agents.embedding import WordLlama
    from agents.evaluation.afresh import Afresh
    from agents.evaluation.measuring import Origin, measure_all
    from agents.evaluation.sections.bench import Bench
    from agents.house import bundled_folder
    from agents.known import load_questions
    from server.progress import progress

    await asyncio.to_thread(check, asked)
    known = await asyncio.to_thread(load_questions, asked.questions or bundled_folder() / "questions.jsonl")
    chosen = [question for question in known if asked.split in (None, question.split)]
    if not chosen:
        raise click.ClickException(f"No question is of the split {asked.split}. Leave --split out, or name another.")
    origin = Origin(VERSION, datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"), asked.command)
    with claim_data_dir(settings.data_dir, None), TemporaryDirectory() as folder:
        async with open_configured_agents(settings, quoting=True, answers=Afresh(), progress=IndexBar()) as agents:
            with progress(errors) as told:
                bench = Bench(
                    agents,
                    await asyncio.to_thread(WordLlama),
                    chosen,
                    Path(folder),
                    told,
                    mtrag=asked.mtrag,
                    clinc=asked.clinc,
                    banking=asked.banking,
                )
                return await measure_all(bench, asked.only, origin)


def check(asked: Asked) -> None:
    """Read the sets once before anything long begins. Raises AgentError, naming the place that is wrong."""
    from agents.evaluation.banking import load_intents
    from agents.evaluation.clinc import load_clinc
    from agents.evaluation.mtrag import load_tasks

    if asked.mtrag is not None:
        load_tasks(asked.mtrag)
    if asked.clinc is not None:
        load_clinc(asked.clinc)
    if asked.banking is not None:
        load_intents(asked.banking)


@contextmanager
def writing() -> "Iterator[None]":
    """What cannot be written becomes a line."""
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"The report cannot be written: {error}") from None
