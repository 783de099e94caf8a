"""The embedded ledger: sessions, what is asked in them, and what became of it."""

import json
import sqlite3
import uuid
from collections.abc import Callable
from dataclasses import asdict

from streaming.log import (
    IDEMPOTENCY_TTL,
    QUEUE_LIMIT,
    Census,
    Idempotency,
    IdempotencyConflict,
    OnBusy,
    QueueFull,
    Run,
    RunRequest,
    Session,
    SessionBusy,
)
from streaming.sqlite_file import SqliteFile
from streaming.sqlite_rows import RUN, UNFINISHED, owned, owned_run, run_of


class SqliteLedger(SqliteFile):
    """The part of Ledger that takes in and tells; SqliteLeases is the other."""

    on_cancel: Callable[[str], None]
    on_delete: Callable[[str], None]

    async def create_session(self, owner: str, session_id: str | None = None) -> Session:
        made, now = session_id or str(uuid.uuid4()), self._clock()

        def write(db: sqlite3.Connection) -> float:
            db.execute(
                "INSERT OR IGNORE INTO sessions (session_id, owner, created_at, touched_at) VALUES (?, ?, ?, ?)",
                (made, owner, now, now),
            )
            return owned(db, made, owner)

        return Session(made, owner, await self._writer.run(write), None, 0)

    async def session(self, session_id: str, owner: str) -> Session:
        def query(db: sqlite3.Connection) -> Session:
            created_at = owned(db, session_id, owner)
            runs = [
                run_of(row)
                for row in db.execute(f"{RUN} WHERE session_id=? AND {UNFINISHED} ORDER BY number", (session_id,))
            ]
            active = runs[0] if runs and runs[0].state == "running" else None
            return Session(session_id, owner, created_at, active, len(runs) - (active is not None))

        return await self._query(query)

    async def delete_session(self, session_id: str, owner: str) -> None:
        def write(db: sqlite3.Connection) -> list[str]:
            owned(db, session_id, owner)
            runs = [run_id for (run_id,) in db.execute("SELECT run_id FROM runs WHERE session_id=?", (session_id,))]
            db.execute("DELETE FROM idempotency WHERE run_id IN (SELECT value FROM json_each(?))", (json.dumps(runs),))
            db.execute("DELETE FROM sessions WHERE session_id=?", (session_id,))
            return runs

        for run_id in await self._writer.run(write):
            self.on_cancel(run_id)
        self.on_delete(session_id)

    async def submit(
        self,
        session_id: str,
        owner: str,
        request: RunRequest,
        *,
        on_busy: OnBusy = "enqueue",
        idempotency: Idempotency | None = None,
    ) -> tuple[Run, bool]:
        now = self._clock()
        run = Run(uuid.uuid4().hex, session_id, request, "queued", 0, 0, now)

        def write(db: sqlite3.Connection) -> tuple[Run, bool, list[str]]:
            if idempotency is not None:
                earlier = db.execute(
                    "SELECT digest, run_id FROM idempotency WHERE owner=? AND key=? AND created_at>?",
                    (owner, idempotency.key, now - IDEMPOTENCY_TTL),
                ).fetchone()
                if earlier is not None:
                    if earlier[0] != idempotency.digest:
                        raise IdempotencyConflict(
                            "this Idempotency-Key came with another request before: make a new one"
                        )
                    return run_of(db.execute(f"{RUN} WHERE run_id=?", (earlier[1],)).fetchone()), False, []
            owned(db, session_id, owner)
            busy = [
                run_id
                for (run_id,) in db.execute(
                    f"SELECT run_id FROM runs WHERE session_id=? AND {UNFINISHED}", (session_id,)
                )
            ]
            if busy and on_busy == "reject":
                raise SessionBusy("a run is active in this session: wait for its end, or cancel it")
            if len(busy) > QUEUE_LIMIT:
                raise QueueFull(f"{QUEUE_LIMIT} messages wait in this session already: wait for an answer")
            if on_busy == "interrupt":
                db.execute(
                    f"UPDATE runs SET cancelled_by='interrupt' WHERE session_id=? AND {UNFINISHED} "
                    "AND cancelled_by IS NULL",
                    (session_id,),
                )
            db.execute(
                "INSERT INTO runs (run_id, session_id, request, created_at) VALUES (?, ?, ?, ?)",
                (run.run_id, session_id, json.dumps(asdict(request)), now),
            )
            db.execute("UPDATE sessions SET touched_at=? WHERE session_id=?", (now, session_id))
            if idempotency is not None:
                db.execute(
                    "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?)",
                    (owner, idempotency.key, idempotency.digest, run.run_id, now),
                )
            return run, True, busy if on_busy == "interrupt" else []

        submitted, new, interrupted = await self._writer.run(write)
        for run_id in interrupted:
            self.on_cancel(run_id)
        return submitted, new

    async def request_cancel(self, run_id: str, owner: str, by: str) -> Run:
        def write(db: sqlite3.Connection) -> Run:
            run = owned_run(db, run_id, owner)
            if not run.over:
                db.execute("UPDATE runs SET cancelled_by=? WHERE run_id=? AND cancelled_by IS NULL", (by, run_id))
            return owned_run(db, run_id, owner)

        run = await self._writer.run(write)
        if not run.over:
            self.on_cancel(run_id)
        return run

    async def run(self, run_id: str, owner: str) -> Run:
        return await self._query(lambda db: owned_run(db, run_id, owner))

    async def runs(self, session_id: str, limit: int = 50) -> list[Run]:
        def query(db: sqlite3.Connection) -> list[Run]:
            rows = db.execute(f"{RUN} WHERE session_id=? ORDER BY number DESC LIMIT ?", (session_id, limit)).fetchall()
            return [run_of(row) for row in reversed(rows)]

        return await self._query(query)

    async def census(self, within: float) -> Census:
        since = self._clock() - within

        def query(db: sqlite3.Connection) -> Census:
            (sessions,) = db.execute("SELECT COUNT(*) FROM sessions WHERE touched_at>=?", (since,)).fetchone()
            (unfinished,) = db.execute(f"SELECT COUNT(*) FROM runs WHERE {UNFINISHED}").fetchone()
            return Census(sessions, unfinished)

        return await self._query(query)
