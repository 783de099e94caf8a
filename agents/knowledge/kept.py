"""Chunks that were read once, kept in memory for as long as nothing is written to their index."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from agents.knowledge.index import Candidate

MOST = 2048
"""Candidates kept, some 4 KiB each; of more, the garbage collector's rounds would be felt."""

Sheet = dict[str, Candidate]
"""Candidates by chunk id that were all read since one write and before the next."""


class Kept:
    """For any number of readers and writers, in any threads.

    A search sees the points of a write one by one, before that write returns. So from before a write begins until after
    it ended nothing is told, and what was read meanwhile is not kept: either could be a chunk as it was.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._writers = 0
        self._sheet: Sheet | None = {}

    def sheet(self) -> Sheet:
        """What is known now, to be read only; handed to `keep` with what was read after it was taken."""
        return {} if (sheet := self._sheet) is None else sheet

    def keep(self, sheet: Sheet, found: Sheet) -> None:
        """Keeps what was found, unless the index was written to since the sheet was taken."""
        with self._lock:
            if sheet is not self._sheet:
                return
            if len(sheet) + len(found) > self._most:
                self._sheet = dict(found)  # others may be reading the full one
            else:
                sheet.update(found)

    @contextmanager
    def written(self) -> Iterator[None]:
        """Around each write, also one that fails: some of it may be there."""
        with self._lock:
            self._writers += 1
            self._sheet = None
        try:
            yield
        finally:
            with self._lock:
                self._writers -= 1
                if not self._writers:
                    self._sheet = {}
