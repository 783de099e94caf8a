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
        now = self._clock()
        return await self._tried(self._query(lambda db: _answer(db, agent, key, now)), None)

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

    async def look(
        self, agent: str, key: str, place: str
    ) -> tuple[bytes | None, int, Sequence[tuple[str, str | None]], str]:
        """What `get` gives; the number of answers whose time is not over; and what changed after the place.

        That is (key, question) of what was put, (key, None) of what was dropped, and where to go on. All from one visit
        to the file.
        """
        now, after = self._clock(), int(place or 0)

        def query(db: sqlite3.Connection) -> tuple[bytes | None, int, list[tuple[int, str, str | None]]]:
            (count,) = db.execute("SELECT COUNT(*) FROM answers WHERE agent=? AND until>?", (agent, now)).fetchone()
            changed = "SELECT number, key, question FROM answers WHERE agent=? AND number>? ORDER BY number"
            return _answer(db, agent, key, now), count, db.execute(changed, (agent, after)).fetchall()

        nothing: tuple[bytes | None, int, list[tuple[int, str, str | None]]] = None, 0, []
        answer, count, rows = await self._tried(self._query(query), nothing)
        return answer, count, [(key, question) for _, key, question in rows], str(rows[-1][0] if rows else after)

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


def _answer(db: sqlite3.Connection, agent: str, key: str, now: float) -> bytes | None:
    what = (agent, key, now)
    row = db.execute("SELECT answer FROM answers WHERE agent=? AND key=? AND until>?", what).fetchone()
    return bytes(row[0]) if row else None
