"""Rows of the SQLite store as values, and whose they are."""

import json
import sqlite3
from typing import Any

from streaming.log import Fenced, Lease, Run, RunNotFound, RunRequest, SessionNotFound

RUN = """SELECT run_id, session_id, request, state, attempt, first, runs.created_at, cancelled_by,
    last_generation, last_sequence, ending, lost FROM runs"""
UNFINISHED = "state IN ('queued', 'running')"


def run_of(row: tuple[Any, ...]) -> Run:
    """A row of RUN."""
    last = None if row[8] is None else (row[8], row[9])
    state, attempt, first, created_at, cancelled_by = row[3:8]
    request = RunRequest(**json.loads(row[2]))
    return Run(row[0], row[1], request, state, attempt, first, created_at, cancelled_by, last, row[10], row[11])


def owned(db: sqlite3.Connection, session_id: str, owner: str) -> float:
    """When the session was created. Raises SessionNotFound, also when it is another owner's."""
    row = db.execute("SELECT owner, created_at FROM sessions WHERE session_id=?", (session_id,)).fetchone()
    if row is None or row[0] != owner:
        raise SessionNotFound("no such session: create one with POST /api/session")
    created_at: float = row[1]
    return created_at


def owned_run(db: sqlite3.Connection, run_id: str, owner: str) -> Run:
    """The run. Raises RunNotFound, also when it is another owner's."""
    row = db.execute(f"{RUN} JOIN sessions USING (session_id) WHERE run_id=? AND owner=?", (run_id, owner)).fetchone()
    if row is None:
        raise RunNotFound("no such run")
    return run_of(row)


def held(db: sqlite3.Connection, lease: Lease) -> None:
    """Raises Fenced when the lease is lost, SessionNotFound."""
    row = db.execute("SELECT generation FROM sessions WHERE session_id=?", (lease.session_id,)).fetchone()
    if row is None:
        raise SessionNotFound("the session was deleted")
    if row[0] != lease.generation:
        raise Fenced(f"generation {row[0]} holds the session now")
