"""Earlier answers in the SQLite file, by agent and key, for a time: they outlive the process."""

import logging
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

from streaming.log import StoreError
from streaming.sqlite_file import SqliteFile
from streaming.sqlite_thread import SqliteThread

log = logging.getLogger(__name__)
T = TypeVar("T")

CAPACITY = 4096
"""Answers of one agent; the oldest go first."""


class SqliteAnswers(SqliteFile):
    """Kept in the file; lookups are counted from the process's start. What cannot be reached just now is not there."""

    def __init__(self, writer: SqliteThread, path: Path, clock: Callable[[], float]) -> None:
        super().__init__(writer, path, clock)
        self._lookups: Counter[str] = Counter()
        self._hits: Counter[str] = Counter()

    async def get(self, agent: str, key: str) -> bytes | None:
        """The answer under a key, unless its time is over."""
        what = (agent, key, self._clock())

        def query(db: sqlite3.Connection) -> bytes | None:
            row = db.execute("SELECT answer FROM answers WHERE agent=? AND key=? AND until>?", what).fetchone()
            return bytes(row[0]) if row else None

        return await self._tried(self._query(query), None)

    async def put(self, agent: str, key: str, question: str, answer: bytes, ttl: float) -> None:
        """Keeps the answer to a question for `ttl` seconds, in place of the one that was there."""
        now = self._clock()

        def write(db: sqlite3.Connection) -> None:
            db.execute("DELETE FROM answers WHERE agent=? AND until<=? AND answer IS NOT NULL", (agent, now))
            db.execute(
                "INSERT OR REPLACE INTO answers (agent, key, question, answer, until) VALUES (?, ?, ?, ?, ?)",
                (agent, key, question, answer, now + ttl),
            )
            db.execute(
                "DELETE FROM answers WHERE agent=?1 AND number<="
                "(SELECT number FROM answers WHERE agent=?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)",
                (agent, CAPACITY),
            )

        await self._tried(self._writer.run(write), None)

    async def drop(self, agent: str, key: str) -> None:
        """Forgets an answer and its question; no error if there is none."""

        def write(db: sqlite3.Connection) -> None:
            db.execute(
                "INSERT OR REPLACE INTO answers (agent, key, until) SELECT agent, key, 0 FROM answers "
                "WHERE agent=? AND key=? AND answer IS NOT NULL",
                (agent, key),
            )

        await self._tried(self._writer.run(write), None)

    async def since(self, agent: str, place: str) -> tuple[Sequence[tuple[str, str | None]], str]:
        """(key, question) of what was put after the place, (key, None) of what was dropped, and where to go on."""
        after = int(place or 0)

        def query(db: sqlite3.Connection) -> list[tuple[int, str, str | None]]:
            rows = db.execute(
                "SELECT number, key, question FROM answers WHERE agent=? AND number>? ORDER BY number", (agent, after)
            )
            return rows.fetchall()

        nothing: list[tuple[int, str, str | None]] = []
        rows = await self._tried(self._query(query), nothing)
        return [(key, question) for _, key, question in rows], str(rows[-1][0] if rows else after)

    async def size(self, agent: str) -> int:
        """The number of answers whose time is not over."""
        what = (agent, self._clock())

        def query(db: sqlite3.Connection) -> int:
            (count,) = db.execute("SELECT COUNT(*) FROM answers WHERE agent=? AND until>?", what).fetchone()
            return int(count)

        return await self._tried(self._query(query), 0)

    async def looked_up(self, agent: str, *, hit: bool) -> float:
        """Counts one lookup; the share of lookups that hit, 0..1."""
        self._lookups[agent] += 1
        self._hits[agent] += hit
        return self._hits[agent] / self._lookups[agent]

    async def _tried(self, work: Awaitable[T], otherwise: T) -> T:
        try:
            return await work
        except StoreError as error:
            log.warning("earlier answers cannot be reached", extra={"reason": str(error)})
            return otherwise
