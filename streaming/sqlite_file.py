"""The SQLite file as its users see it: one thread that writes, a few that read, a clock."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from streaming.sqlite_thread import SqliteThread, connect, translate

T = TypeVar("T")


class SqliteFile:
    """What the parts of the store share."""

    def __init__(self, writer: SqliteThread, path: Path, clock: Callable[[], float]) -> None:
        self._writer = writer
        self._path = path
        self._clock = clock
        self._readers = ThreadPoolExecutor(2, "sqlite-reader")
        self._connections: list[sqlite3.Connection] = []
        self._idle: list[sqlite3.Connection] = []

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
