"""The command line: serve, ingest, ask, eval."""

from pathlib import Path

import click
from pydantic import ValidationError

from server.errors import explain
from server.settings import Settings


def load_settings(**given: object) -> Settings:
    """The settings from the environment, with what was given on the command line first. Raises ClickException."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        raise click.ClickException(f"A setting cannot be used: {explain(error)}") from None


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
    """Index documents: folders or files (md, txt, html, pdf). Unchanged files are skipped."""
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


@main.command(name="eval")
@click.option("--questions", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A file of questions.")
@click.option("--split", type=click.Choice(["dev", "test"]), help="Only this part of the questions.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where all is kept (DATA_DIR).")
def evaluate(questions: Path | None, split: str | None, as_json: bool, data_dir: Path | None) -> None:
    """Measure routing, retrieval and verdicts on questions with known answers (the bundled ones by default)."""
    from server.commands import evaluate as run

    run(load_settings(data_dir=data_dir), questions, split, as_json=as_json)
