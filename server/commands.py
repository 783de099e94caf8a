"""What the commands do: each is one `asyncio.run` over the house or a part of it, shown in the terminal."""

import asyncio
import errno
import faulthandler
import logging
import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

import click
from rich.console import Console
from rich.text import Text

from agents.errors import AgentError
from server import logs
from server.configured import open_configured_agents
from server.data_dir import DataDirInUse, DataDirUnusable, claim_data_dir
from server.keys import KeysInvalid
from server.pauses import shorten_pauses
from server.progress import bar
from server.settings import Settings
from server.welcome import welcome
from streaming.log import StoreError

if TYPE_CHECKING:
    from agents.knowledge.ingest import Progress as Step
    from agents.knowledge.ingest import Report
    from agents.passage import Domain

PROBLEMS = (DataDirInUse, DataDirUnusable, AgentError, KeysInvalid, StoreError, OSError)
"""What a person can do something about: told in a line, without a trace."""

errors = Console(stderr=True)


class IndexBar:
    """Draws the progress of an ingest once it has something to write."""

    def __init__(self) -> None:
        self._bar = bar(errors)
        self._task: Any = None
        self._began = 0.0

    def __call__(self, step: "Step") -> None:
        if self._task is None and step.outcome != "unchanged":
            self._bar.start()
            self._began = perf_counter()
            self._task = self._bar.add_task("Indexing documents")
        if self._task is not None:
            speed = step.chunks / (perf_counter() - self._began)
            told = f"Indexing documents: {step.chunks} chunks, {speed:.0f}/s"
            self._bar.update(self._task, completed=step.done, total=step.total, description=told)
        if step.done == step.total:
            self.stop()

    def stop(self) -> None:
        """Takes the bar away, and gives the terminal its cursor back."""
        if self._task is not None:
            self._bar.stop()
            self._task = None


def serve(settings: Settings) -> None:
    """Serve until told to stop. Raises ClickException when it cannot start."""
    from server.serve import bind

    logs.configure(settings)
    try:
        listener = bind(settings)
    except OSError as error:
        what = "HOST or --host" if error.errno not in (errno.EADDRINUSE, errno.EACCES) else "PORT or --port"
        raise click.ClickException(
            f"Cannot listen on {settings.address}: {error.strerror}. Name another with {what}."
        ) from None
    with listener:
        _serve_on(listener, settings.model_copy(update={"port": listener.getsockname()[1]}))


def _serve_on(listener: socket.socket, settings: Settings) -> None:
    if settings.workers == 1:
        serve_here(settings, listener, IndexBar())
        return
    from server.workers import run_workers

    try:
        run_workers(settings, listener, lambda: prepare_index(settings), serve_worker)
    except PROBLEMS as error:
        raise click.ClickException(str(error)) from None


def serve_here(settings: Settings, listener: socket.socket, progress: "Callable[[Step], None]") -> None:
    """Serve from this process. Raises ClickException when it cannot start."""
    from server.app import create_app
    from server.house import open_house
    from server.serve import server_of

    if not faulthandler.is_enabled():
        faulthandler.enable()  # what kills the process from within (a mapped file on a full disk) leaves a word
    failures: list[Exception] = []

    def ready() -> None:
        shorten_pauses()
        welcome(settings)

    def unexplained(record: logging.LogRecord) -> bool:
        """uvicorn logs each failed start with its trace, which is for what nobody foresaw."""
        return not any(isinstance(failure, PROBLEMS) for failure in failures)

    app = create_app(lambda: open_house(settings, progress=progress), failures.append)
    uvicorn_log = logging.getLogger("uvicorn.error")
    uvicorn_log.addFilter(unexplained)
    try:
        server_of(app, ready).run([listener])
    except SystemExit:  # uvicorn's way to end when it could not start
        if not failures:
            raise
        raise click.ClickException(str(failures[0]) or type(failures[0]).__name__) from None
    except KeyboardInterrupt:
        pass  # Ctrl-C: uvicorn raises it anew once all is closed
    finally:
        uvicorn_log.removeFilter(unexplained)


def serve_worker(settings: Settings, listener: socket.socket) -> None:
    """What one of several processes does."""
    logs.configure(settings)
    try:
        serve_here(settings, listener, lambda step: None)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


def prepare_index(settings: Settings) -> None:
    """Bring the index up to date, for the workers to copy. Raises AgentError."""

    async def work() -> None:
        async with open_configured_agents(settings, quoting=True, progress=IndexBar()):
            pass

    asyncio.run(work())


def ingest(settings: Settings, paths: Sequence[Path], domain: str | None, *, sync: bool) -> None:
    """Index the documents; a line for each file that failed."""

    async def work() -> "Report":
        with claim_data_dir(settings.data_dir, None):
            async with open_configured_agents(settings, quoting=True, progress=IndexBar()) as agents:
                return await agents.ingest(paths, sync=sync, domain=cast("Domain | None", domain), progress=drawn)

    drawn = IndexBar()
    try:
        report = guarded(work())
    finally:  # it was interrupted, or the index failed
        drawn.stop()
    for path, reason in report.failed:
        tell("skipped ", f"{path}: {reason}", style="red")
    for path, encoding in report.guessed:
        tell(f"read as {encoding} ", f"{path}: it is not UTF-8")
    for each in report.quarantined:
        tell("quarantined ", f"{each.path} ({each.place}), it gives orders: {each.order}")
    if report.passed_over:
        kinds = ", ".join(f"{count} {kind}" for kind, count in report.passed_over.most_common())
        tell("passed over ", f"files of other kinds: {kinds}")
    click.echo(
        f"{report.added} added, {report.replaced} replaced, {report.unchanged} unchanged, {report.removed} removed, "
        f"{len(report.failed)} failed: {report.chunks} chunks written, "
        f"{len(report.quarantined)} quarantined"
    )
    if report.failed:
        sys.exit(1)


def tell(what: str, about: str, *, style: str = "") -> None:
    """A line for each thing that happened to a document; what came from a file is told as it is, but in one line."""
    plain = "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in about)
    errors.print(Text.assemble((what, style), plain), soft_wrap=True)


def ask(settings: Settings, question: str, agent: str | None, *, quiet: bool) -> None:
    """Ask, in this process or the one that serves this DATA_DIR, and show the steps as they happen."""
    from server.asking import ask_here, ask_there
    from server.terminal import show

    try:
        guarded(show(ask_here(settings, question, agent), quiet=quiet), passing=(DataDirInUse,))
    except DataDirInUse as busy:
        if busy.url is None:
            raise click.ClickException(str(busy)) from None
        guarded(show(ask_there(busy.url, question, agent), quiet=quiet))


def guarded(work: Any, passing: Iterable[type[Exception]] = ()) -> Any:
    """Run it; what a person can do something about becomes a line instead of a trace."""
    try:
        return asyncio.run(work)
    except tuple(passing):
        raise
    except PROBLEMS as error:
        raise click.ClickException(str(error)) from None
