"""The embedded store: sessions, runs and events in one SQLite file, for one process."""

import asyncio
import json
import sqlite3
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from streaming.event import START, Event, EventId, join, split
from streaming.events import ENDINGS
from streaming.log import (
    IDEMPOTENCY_TTL,
    LEASE,
    QUEUE_LIMIT,
    Census,
    Deliver,
    Fenced,
    Hole,
    Idempotency,
    IdempotencyConflict,
    Lease,
    OnBusy,
    QueueFull,
    Run,
    RunNotFound,
    RunRequest,
    Session,
    SessionBusy,
    SessionNotFound,
)
from streaming.sqlite_schema import migrate
from streaming.sqlite_thread import SqliteThread, connect, translate

T = TypeVar("T")

APPEND = """INSERT INTO blocks SELECT ?1, ?2, ?3, ?4, ?5 FROM sessions WHERE session_id=?1 AND generation=?2
    AND ?3 = 1 + COALESCE(
        (SELECT last FROM blocks WHERE session_id=?1 AND generation=?2 ORDER BY first DESC LIMIT 1), 0)"""
"""One statement for what happens with every token: each statement hands Python's lock to and fro."""

RUN = """SELECT run_id, session_id, request, state, attempt, first, runs.created_at, cancelled_by,
    last_generation, last_sequence, ending, lost FROM runs"""
UNFINISHED = "state IN ('queued', 'running')"


def _run(row: tuple[Any, ...]) -> Run:
    last = None if row[8] is None else (row[8], row[9])
    state, attempt, first, created_at, cancelled_by = row[3:8]
    request = RunRequest(**json.loads(row[2]))
    return Run(row[0], row[1], request, state, attempt, first, created_at, cancelled_by, last, row[10], row[11])


class SqliteStore:
    """EventLog and Ledger over one SQLite file that this process has to itself."""

    def __init__(self, writer: SqliteThread, path: Path, clock: Callable[[], float], session_ttl: float) -> None:
        self._writer = writer
        self._path = path
        self._clock = clock
        self._session_ttl = session_ttl
        self._holder = uuid.uuid4().hex
        self._readers = ThreadPoolExecutor(2, "sqlite-reader")
        self._connections: list[sqlite3.Connection] = []
        self._idle: list[sqlite3.Connection] = []
        self._attached: dict[str, Deliver] = {}
        self.on_cancel: Callable[[str], None] = lambda run_id: None
        self.on_delete: Callable[[str], None] = lambda session_id: None
        self.on_lost: Callable[[str], None] = lambda session_id: None

    # ── The log ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def append(self, session_id: str, events: Sequence[Event]) -> None:
        generation, first = events[0].id
        ending = next((event for event in events if event.type in ENDINGS), None)

        last = events[-1].id[1]

        def write(db: sqlite3.Connection) -> None:
            block = (session_id, generation, first, last, join(events))
            if db.execute(APPEND, block).rowcount == 0:
                self._mend(db, session_id, events)
            if ending is not None:
                self._end(db, session_id, ending)

        await self._writer.run(write, patient=events[-1].type == "token")
        deliver = self._attached.get(session_id)
        if deliver is not None:
            deliver(session_id, events)

    def _mend(self, db: sqlite3.Connection, session_id: str, events: Sequence[Event]) -> None:
        """Append what of the events is new, or say why that cannot be."""
        generation, first = events[0].id
        row = db.execute("SELECT generation FROM sessions WHERE session_id=?", (session_id,)).fetchone()
        if row is None:
            raise SessionNotFound("the session was deleted")
        if row[0] != generation:
            raise Fenced(f"generation {row[0]} writes now, {generation} no longer may")
        row = db.execute(
            "SELECT MAX(last) FROM blocks WHERE session_id=? AND generation=?", (session_id, generation)
        ).fetchone()
        stored = row[0] or 0
        if first > stored + 1:
            raise Hole(stored + 1)
        fresh = events[stored + 1 - first :]
        if fresh:
            db.execute(APPEND, (session_id, generation, fresh[0].id[1], fresh[-1].id[1], join(fresh)))

    def _end(self, db: sqlite3.Connection, session_id: str, ending: Event) -> None:
        db.execute(
            "UPDATE runs SET state=?, last_generation=?, last_sequence=?, ending=? WHERE run_id=?",
            (ending.type.removeprefix("run."), *ending.id, ending.body, ending.run_id),
        )
        db.execute(
            "UPDATE sessions SET holder=NULL, held_until=0, touched_at=? WHERE session_id=?",
            (self._clock(), session_id),
        )

    async def read(self, session_id: str, after: EventId, limit: int = 256) -> list[Event]:
        def query(db: sqlite3.Connection) -> list[Event]:
            generation, sequence = after
            rows = db.execute(
                "SELECT events FROM blocks WHERE session_id=?1 AND (generation, first) >= (?2, "
                "COALESCE((SELECT MAX(first) FROM blocks WHERE session_id=?1 AND generation=?2 AND first<=?3), 0)) "
                "ORDER BY generation, first",
                (session_id, generation, sequence),
            )
            found: list[Event] = []
            for (block,) in rows:
                found += [event for event in split(block) if event.id > after]
                if len(found) >= limit:
                    break
            return found

        return await self._query(query)

    async def top(self, session_id: str) -> EventId:
        def query(db: sqlite3.Connection) -> EventId:
            row = db.execute(
                "SELECT generation, last FROM blocks WHERE session_id=? ORDER BY generation DESC, first DESC LIMIT 1",
                (session_id,),
            ).fetchone()
            return (row[0], row[1]) if row else START

        return await self._query(query)

    async def has(self, session_id: str, event_id: EventId) -> bool:
        def query(db: sqlite3.Connection) -> bool:
            row = db.execute(
                "SELECT last FROM blocks WHERE session_id=? AND generation=? AND first<=? ORDER BY first DESC LIMIT 1",
                (session_id, *event_id),
            ).fetchone()
            return row is not None and bool(row[0] >= event_id[1])

        return event_id == START or await self._query(query)

    async def attach(self, session_id: str, deliver: Deliver) -> None:
        self._attached[session_id] = deliver

    async def detach(self, session_id: str) -> None:
        self._attached.pop(session_id, None)

    # ── The ledger ───────────────────────────────────────────────────────────────────────────────────────────────

    async def create_session(self, owner: str, session_id: str | None = None) -> Session:
        made, now = session_id or str(uuid.uuid4()), self._clock()

        def write(db: sqlite3.Connection) -> float:
            db.execute(
                "INSERT OR IGNORE INTO sessions (session_id, owner, created_at, touched_at) VALUES (?, ?, ?, ?)",
                (made, owner, now, now),
            )
            return _owned(db, made, owner)

        return Session(made, owner, await self._writer.run(write), None, 0)

    async def session(self, session_id: str, owner: str) -> Session:
        def query(db: sqlite3.Connection) -> Session:
            created_at = _owned(db, session_id, owner)
            runs = [
                _run(row)
                for row in db.execute(f"{RUN} WHERE session_id=? AND {UNFINISHED} ORDER BY number", (session_id,))
            ]
            active = runs[0] if runs and runs[0].state == "running" else None
            return Session(session_id, owner, created_at, active, len(runs) - (active is not None))

        return await self._query(query)

    async def delete_session(self, session_id: str, owner: str) -> None:
        def write(db: sqlite3.Connection) -> list[str]:
            _owned(db, session_id, owner)
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
                        raise IdempotencyConflict("this Idempotency-Key came before, with another request")
                    return _run(db.execute(f"{RUN} WHERE run_id=?", (earlier[1],)).fetchone()), False, []
            _owned(db, session_id, owner)
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

    async def claim(self, session_id: str) -> Lease | None:
        now = self._clock()

        def write(db: sqlite3.Connection) -> Lease | None:
            session = db.execute(
                "SELECT generation, held_until FROM sessions WHERE session_id=?", (session_id,)
            ).fetchone()
            if session is None or session[1] > now:
                return None
            row = db.execute(
                f"{RUN} WHERE session_id=? AND {UNFINISHED} ORDER BY number LIMIT 1", (session_id,)
            ).fetchone()
            if row is None:
                return None
            generation = max(session[0] + 1, int(now * 1000))
            db.execute(
                "UPDATE sessions SET generation=?, holder=?, held_until=? WHERE session_id=?",
                (generation, self._holder, now + LEASE, session_id),
            )
            db.execute(
                "UPDATE runs SET lost=lost + (state='running' AND NOT released), released=0, attempt=attempt + 1, "
                "state='running', first=CASE first WHEN 0 THEN ? ELSE first END WHERE run_id=?",
                (generation, row[0]),
            )
            return Lease(session_id, _run(db.execute(f"{RUN} WHERE run_id=?", (row[0],)).fetchone()), generation)

        return await self._writer.run(write)

    async def renew(self, lease: Lease) -> Run:
        until = self._clock() + LEASE

        def write(db: sqlite3.Connection) -> Run:
            _held(db, lease)
            db.execute("UPDATE sessions SET held_until=? WHERE session_id=?", (until, lease.session_id))
            return _run(db.execute(f"{RUN} WHERE run_id=?", (lease.run.run_id,)).fetchone())

        return await self._writer.run(write)

    async def release(self, lease: Lease) -> None:
        def write(db: sqlite3.Connection) -> None:
            _held(db, lease)
            db.execute("UPDATE sessions SET holder=NULL, held_until=0 WHERE session_id=?", (lease.session_id,))
            db.execute("UPDATE runs SET released=1 WHERE run_id=?", (lease.run.run_id,))

        await self._writer.run(write)

    async def unfinished(self) -> list[str]:
        now = self._clock()

        def query(db: sqlite3.Connection) -> list[str]:
            rows = db.execute(
                f"SELECT DISTINCT session_id FROM runs JOIN sessions USING (session_id) WHERE {UNFINISHED} "
                "AND held_until<=?",
                (now,),
            )
            return [session_id for (session_id,) in rows]

        return await self._query(query)

    async def request_cancel(self, run_id: str, owner: str, by: str) -> Run:
        def write(db: sqlite3.Connection) -> Run:
            run = _owned_run(db, run_id, owner)
            if not run.over:
                db.execute("UPDATE runs SET cancelled_by=? WHERE run_id=? AND cancelled_by IS NULL", (by, run_id))
            return _owned_run(db, run_id, owner)

        run = await self._writer.run(write)
        if not run.over:
            self.on_cancel(run_id)
        return run

    async def run(self, run_id: str, owner: str) -> Run:
        return await self._query(lambda db: _owned_run(db, run_id, owner))

    async def runs(self, session_id: str, limit: int = 50) -> list[Run]:
        def query(db: sqlite3.Connection) -> list[Run]:
            rows = db.execute(f"{RUN} WHERE session_id=? ORDER BY number DESC LIMIT ?", (session_id, limit)).fetchall()
            return [_run(row) for row in reversed(rows)]

        return await self._query(query)

    async def census(self, within: float) -> Census:
        since = self._clock() - within

        def query(db: sqlite3.Connection) -> Census:
            (sessions,) = db.execute("SELECT COUNT(*) FROM sessions WHERE touched_at>=?", (since,)).fetchone()
            (unfinished,) = db.execute(f"SELECT COUNT(*) FROM runs WHERE {UNFINISHED}").fetchone()
            return Census(sessions, unfinished)

        return await self._query(query)

    async def check(self) -> None:
        await self._query(lambda db: db.execute("SELECT 1").fetchone())

    async def purge(self) -> None:
        """Forget sessions that nobody has used for their time to live, and old idempotency keys."""
        now = self._clock()

        def write(db: sqlite3.Connection) -> None:
            db.execute(
                f"DELETE FROM sessions WHERE touched_at<? AND NOT EXISTS "
                f"(SELECT 1 FROM runs WHERE runs.session_id=sessions.session_id AND {UNFINISHED})",
                (now - self._session_ttl,),
            )
            db.execute("DELETE FROM idempotency WHERE created_at<?", (now - IDEMPOTENCY_TTL,))

        await self._writer.run(write)

    # ── Threads ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _query(self, query: Callable[[sqlite3.Connection], T]) -> T:
        def work() -> T:
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = connect(self._path)
                self._connections.append(connection)
            try:
                return query(connection)
            except sqlite3.Error as error:
                raise translate(error) from error
            finally:
                self._idle.append(connection)

        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    def close(self) -> None:
        """End the reading threads; blocks until they have."""
        self._readers.shutdown()
        for connection in self._connections:
            connection.close()


def _owned(db: sqlite3.Connection, session_id: str, owner: str) -> float:
    row = db.execute("SELECT owner, created_at FROM sessions WHERE session_id=?", (session_id,)).fetchone()
    if row is None or row[0] != owner:
        raise SessionNotFound("no such session: create one with POST /api/session")
    created_at: float = row[1]
    return created_at


def _owned_run(db: sqlite3.Connection, run_id: str, owner: str) -> Run:
    row = db.execute(f"{RUN} JOIN sessions USING (session_id) WHERE run_id=? AND owner=?", (run_id, owner)).fetchone()
    if row is None:
        raise RunNotFound("no such run")
    return _run(row)


def _held(db: sqlite3.Connection, lease: Lease) -> None:
    row = db.execute("SELECT generation FROM sessions WHERE session_id=?", (lease.session_id,)).fetchone()
    if row is None:
        raise SessionNotFound("the session was deleted")
    if row[0] != lease.generation:
        raise Fenced(f"generation {row[0]} holds the session now")


@asynccontextmanager
async def open_sqlite(
    path: Path, *, clock: Callable[[], float] = time.time, session_ttl: float = 30 * 86400.0
) -> AsyncIterator[SqliteStore]:
    """The store in the file, made if missing. The caller sees to it that no other process uses the file.

    Leases of an earlier process are void from here on. Raises StoreError for a file that a newer version wrote.
    """

    def prepare() -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = connect(path)
        try:
            migrate(connection)
            connection.execute("UPDATE sessions SET holder=NULL, held_until=0 WHERE holder IS NOT NULL")
        finally:
            connection.close()

    await asyncio.to_thread(prepare)
    async with SqliteThread(path) as writer:
        store = SqliteStore(writer, path, clock, session_ttl)
        try:
            yield store
        finally:
            await asyncio.to_thread(store.close)
