"""The command line: serve, ingest, ask, eval."""

import shlex
from pathlib import Path
from typing import Any

import click
from pydantic import ValidationError

from server.settings import Settings


def load_settings(**given: object) -> Settings:
    """The settings from the environment, with what was given on the command line first. Raises ClickException."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        raise click.ClickException(f"A setting cannot be used: {told(error)}") from None


def told(error: ValidationError) -> str:
    """What is wrong, each setting by the name that the operator writes; what was written may be a secret."""
    parts = []
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        name = "".join(str(part) for part in detail["loc"][:1]).upper()
        what = detail["msg"].removeprefix("Value error, ").removeprefix("Input ").removeprefix(f"{name} ")
        parts.append(f"{name} {what[:1].lower()}{what[1:]}" if name else what)
    return "; ".join(parts)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="orchestratai")
def main() -> None:
    """Answers customers' questions from a company's own documents, live and in the open.

    Settings come from the environment or a .env file; the README lists them.
    """


@main.command()
@click.option("--host", help="Address to listen on (HOST).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one (PORT).")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where all is kept (DATA_DIR).")
def serve(host: str | None, port: int | None, data_dir: Path | None) -> None:
    """Serve the API and the demo page."""
    from server.commands import serve as run

    run(load_settings(host=host, port=port, data_dir=data_dir))


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--domain", type=click.Choice(["billing", "technical", "policy"]), help="Whose documents these are.")
@click.option("--sync", is_flag=True, help="Also forget documents that are gone from PATHS.")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where all is kept (DATA_DIR).")
def ingest(paths: tuple[Path, ...], domain: str | None, sync: bool, data_dir: Path | None) -> None:
    """Index documents: folders or files (md, txt, html, pdf, docx, csv). Unchanged files are skipped."""
    from server.commands import ingest as run

    run(load_settings(data_dir=data_dir), paths, domain, sync=sync)


@main.command()
@click.argument("question")
@click.option("--agent", type=click.Choice(["billing", "technical", "policy"]), help="Ask this agent.")
@click.option("--quiet", "-q", is_flag=True, help="Print the answer alone.")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where all is kept (DATA_DIR).")
def ask(question: str, agent: str | None, quiet: bool, data_dir: Path | None) -> None:
    """Ask one question; the steps and the answer appear as they happen."""
    from server.commands import ask as run

    run(load_settings(data_dir=data_dir), question, agent, quiet=quiet)


class Typed(click.Command):
    """A command that knows what was typed after its name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["typed"] = shlex.join(["orchestratai", str(ctx.info_name), *args])
        return super().parse_args(ctx, args)


SECTIONS = ("retrieval", "routing", "verdict", "cache", "citations", "confidence", "hostile", "latency")
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@main.command(name="eval", cls=Typed)
@click.option("--questions", type=FILE, help="Questions with known answers; none: the bundled ones.")
@click.option("--split", type=click.Choice(["dev", "test"]), help="Only this part of the questions.")
@click.option(
    "--mtrag",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Also conversations over other documents: a folder with passages.jsonl and tasks.jsonl.",
)
@click.option("--clinc", type=FILE, help="Also routing by many examples, as {split, text, domain} a line.")
@click.option("--banking", type=FILE, help="Also a cache replayed, on {text, intent} a line.")
@click.option("--only", multiple=True, type=click.Choice(SECTIONS), help="Only this section; may be repeated.")
@click.option(
    "--json",
    is_flag=False,
    flag_value="-",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="[FILE]",
    help="Write the report as JSON; without a FILE print it instead of the table.",
)
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the report as a page with plots.")
@click.option("--compare", type=FILE, help="Also show what changed since this report, which --json wrote.")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where all is kept (DATA_DIR).")
@click.pass_context
def evaluate(ctx: click.Context, /, data_dir: Path | None, **given: Any) -> None:
    """Measure how far answers can be trusted, beside what they should reach.

    Retrieval, routing, verdicts, the cache, citations, confidence, hostile documents and latency, on the bundled
    questions, and on public sets where their paths are given. Leaves with 1 when a target is missed, unless --compare
    is given.
    """
    from server.evaluating import Asked
    from server.evaluating import evaluate as run

    met = run(load_settings(data_dir=data_dir), Asked(command=ctx.meta["typed"], **given))
    if not met and given["compare"] is None:
        ctx.exit(1)
