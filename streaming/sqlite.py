"""The embedded store: sessions, runs and events in one SQLite file, for one process."""

import asyncio
import sqlite3
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from streaming.log import IDEMPOTENCY_TTL
from streaming.sqlite_answers import SqliteAnswers
from streaming.sqlite_leases import SqliteLeases
from streaming.sqlite_ledger import SqliteLedger
from streaming.sqlite_log import SqliteLog
from streaming.sqlite_rows import UNFINISHED
from streaming.sqlite_schema import migrate
from streaming.sqlite_thread import SqliteThread, connect


class SqliteStore(SqliteLog, SqliteLedger, SqliteLeases):
    """EventLog and Ledger over one SQLite file that this process has to itself."""

    def __init__(self, writer: SqliteThread, path: Path, clock: Callable[[], float], session_ttl: float) -> None:
        super().__init__(writer, path, clock)
        self._session_ttl = session_ttl
        self._holder = uuid.uuid4().hex
        self._attached = {}
        self.answers = SqliteAnswers(writer, path, clock)
        self.on_cancel = lambda run_id: None
        self.on_delete = lambda session_id: None
        self.on_lost: Callable[[str], None] = lambda session_id: None

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
            db.execute("DELETE FROM answers WHERE until<?", (now - IDEMPOTENCY_TTL,))
            db.execute("DELETE FROM idempotency WHERE created_at<?", (now - IDEMPOTENCY_TTL,))

        await self._writer.run(write)


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
            await asyncio.to_thread(store.answers.close)
            await asyncio.to_thread(store.close)
