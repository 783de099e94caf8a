"""One thread that writes SQLite: operations that wait together are committed together."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from streaming.log import StoreError, StoreFull, StoreUnavailable

T = TypeVar("T")
Operation = Callable[[sqlite3.Connection], Any]

BUSY_TIMEOUT = 5.0
"""Seconds to wait for another process that holds the file, such as a backup."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection in write-ahead mode: what was committed survives a kill of the process."""
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA cache_size=-16000")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


def translate(error: sqlite3.Error) -> StoreError:
    """SQLite's error as ours, saying what to do."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
        return StoreFull("the disk that holds DATA_DIR is full: free some space, then try again")
    return StoreUnavailable(f"the store in DATA_DIR cannot be used just now: {error}")


class SqliteThread:
    """Runs operations in one thread, in order, several to a transaction.

    An operation checks first and writes afterwards: when it raises a StoreError it has written nothing, so that its
    neighbours in the transaction are not disturbed.
    """

    def __init__(self, path: Path, *, most: int = 256) -> None:
        self._path = path
        self._most = most
        self._queue: queue.SimpleQueue[tuple[Operation, asyncio.Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="sqlite-writer", daemon=True)

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._connection = await asyncio.to_thread(connect, self._path)
        self._thread.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._connection.close()

    async def run(self, operation: Callable[[sqlite3.Connection], T]) -> T:
        """The operation's result, once it is committed. Raises what it raised, or StoreUnavailable, StoreFull."""
        future: asyncio.Future[T] = self._loop.create_future()
        self._queue.put((operation, future))
        return await future

    def _work(self) -> None:
        ended = False
        while not ended:
            batch = []
            item = self._queue.get()
            while item is not None:
                batch.append(item)
                if len(batch) == self._most or self._queue.empty():
                    break
                item = self._queue.get()
            ended = item is None
            if batch:
                results = self._commit([operation for operation, _ in batch])
                futures = [future for _, future in batch]
                self._loop.call_soon_threadsafe(_settle, futures, results)

    def _commit(self, operations: list[Operation]) -> list[Any]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            results = [self._attempt(operation) for operation in operations]
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            return [translate(error)] * len(operations)
        return results

    def _attempt(self, operation: Operation) -> Any:
        try:
            return operation(self._connection)
        except sqlite3.Error:
            raise
        except Exception as error:
            return error


def _settle(futures: list[asyncio.Future[Any]], results: list[Any]) -> None:
    for future, result in zip(futures, results, strict=True):
        if future.cancelled():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
