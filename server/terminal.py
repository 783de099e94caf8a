"""A run's events as lines in a terminal: the steps on standard error, the answer on standard output."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import click

STEPS = {"routing", "cache", "vector_search", "documents"}


async def show(events: AsyncGenerator[dict[str, Any], None], *, quiet: bool) -> None:
    """Print the events as they come. Raises ClickException when the run failed."""
    async with aclosing(events) as stream:
        async for event in stream:
            kind, data = event["type"], event["data"]
            if kind == "token":
                click.echo(data["text"], nl=False)
            elif kind == "run.failed":
                raise click.ClickException(f"{data['message']} ({data['code']})")
            elif kind in STEPS and not quiet:
                click.secho(f"  {kind:<14} {step(kind, data)}", err=True, dim=True)
            elif kind == "run.completed":
                click.echo()
                if not quiet:
                    _sources(data)


def step(kind: str, log: dict[str, Any]) -> str:
    """One retrieval log in a line."""
    data = log["data"]
    match kind:
        case "routing":
            return f"{data['target_agent']} ({data['confidence']:.0%}): {data['reasoning']}"
        case "cache":
            return str(data["status"])
        case "vector_search":
            found = f"{data['chunks_retrieved']} chunks for {data['query']!r} in {data['latency']:.0f} ms"
            return f"{found}. {data['warning']}" if "warning" in data else found
        case _:
            return ". ".join(data[name] for name in ("verdict", "reasoning", "warning") if name in data)


def _sources(data: dict[str, Any]) -> None:
    click.echo(err=True)
    for source in data.get("sources", []):
        if "marker" in source:
            click.secho(f"  [{source['marker']}] {source['title']}  {source['url']}", err=True, dim=True)
    click.secho(f"  confidence {data['confidence']:.0%}, {data['metrics']['latency']:.0f} ms", err=True, dim=True)
