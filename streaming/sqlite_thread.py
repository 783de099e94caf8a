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
Batch = list[tuple[Operation, bool, asyncio.Future[Any]]]

WINDOW = 0.005
"""Seconds between two commits of operations that can wait: what comes in between shares the second."""

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

    def __init__(self, path: Path) -> None:
        self._path = path
        self._queue: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._gathered: Batch = []
        self._flushed = 0.0
        self._timer: asyncio.Handle | None = None
        self._hurried = False
        self._thread = threading.Thread(target=self._work, name="sqlite-writer", daemon=True)

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._connection = await asyncio.to_thread(connect, self._path)
        self._thread.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flush()
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._connection.close()

    async def run(
        self, operation: Callable[[sqlite3.Connection], T], *, patient: bool = False, single: bool = False
    ) -> T:
        """The operation's result, once it is committed. Raises what it raised, or StoreUnavailable, StoreFull.

        A `single` operation changes the file with one statement at most, and so needs no transaction around it.

        A `patient` operation may wait up to WINDOW for company, when the commit before was less than that ago.
        """
        future: asyncio.Future[T] = self._loop.create_future()
        self._gathered.append((operation, single, future))
        wait = self._flushed + WINDOW - self._loop.time() if patient else 0.0
        if self._timer is None or (wait <= 0 and not self._hurried):
            if self._timer is not None:
                self._timer.cancel()
            self._hurried = wait <= 0
            self._timer = self._loop.call_soon(self._flush) if wait <= 0 else self._loop.call_later(wait, self._flush)
        return await future

    def _flush(self) -> None:
        self._timer = None
        self._hurried = False
        if self._gathered:
            self._flushed = self._loop.time()
            self._queue.put(self._gathered)
            self._gathered = []

    def _work(self) -> None:
        while (batch := self._queue.get()) is not None:
            alone = len(batch) == 1 and batch[0][1]
            results = self._commit([operation for operation, _, _ in batch], alone)
            self._loop.call_soon_threadsafe(_settle, [future for _, _, future in batch], results)

    def _commit(self, operations: list[Operation], alone: bool) -> list[Any]:
        try:
            if alone:  # each statement hands Python's lock to and fro: BEGIN and COMMIT would be two more
                return [self._attempt(operations[0])]
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
