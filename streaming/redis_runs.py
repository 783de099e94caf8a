"""Runs between Python and Redis' hashes: the fields of one, in the order in which the scripts give them."""

import json
from dataclasses import asdict
from typing import Any

from streaming.log import Run, RunRequest


def run_from(session_id: str, fields: list[Any]) -> Run:
    """A run as `view` in the scripts gives it."""
    run_id, request, state, attempt, first, created, cancelled, generation, sequence, ending, lost = fields
    return Run(
        run_id=run_id.decode(),
        session_id=session_id,
        request=RunRequest(**json.loads(request)),
        state=state.decode(),
        attempt=int(attempt),
        first=int(first),
        created_at=int(created) / 1000,
        cancelled_by=cancelled.decode() if cancelled is not None else None,
        last=(int(generation), int(sequence)) if generation is not None else None,
        ending=ending,
        lost=int(lost),
    )


def encoded(request: RunRequest) -> str:
    """The request as it is kept."""
    return json.dumps(asdict(request), separators=(",", ":"))


def fields_of(run: Run) -> list[object]:
    """A claimed run's fields and values, as the hash holds them."""
    values: dict[str, object] = {
        "request": encoded(run.request),
        "state": "running",
        "attempt": run.attempt,
        "first": run.first,
        "created_at": round(run.created_at * 1000),
        "lost": run.lost,
    }
    if run.cancelled_by is not None:
        values["cancelled_by"] = run.cancelled_by
    return [part for name, value in values.items() for part in (f"{run.run_id}:{name}", value)]
