"""One process at a time owns a DATA_DIR: the embedded store and index are not made for two."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

ROOM = 200 * 1024 * 1024
"""Bytes that should be free: opening an index writes up to 80 MiB into its files' holes."""


class DataDirInUse(Exception):
    """Another process owns the directory; `url` is where it serves, if it does."""

    def __init__(self, path: Path, url: str | None) -> None:
        where = f" (it serves {url})" if url else ""
        super().__init__(f"DATA_DIR {path} is in use by another orchestratai{where}: stop it, or name another DATA_DIR")
        self.url = url


class DataDirUnusable(Exception):
    """Nothing can be written there."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"DATA_DIR {path} cannot be used: {error.strerror}. Mend that, or name another DATA_DIR")


def tell_of_little_room(path: Path) -> None:
    """Say so beforehand where the embedded index may not find the room for what it opens."""
    free = shutil.disk_usage(path).free
    if free < ROOM:
        log.warning(
            "little room under DATA_DIR: the index is mapped into memory, and a full disk ends the process (SIGBUS)",
            free_mib=free >> 20,
            wanted_mib=ROOM >> 20,
        )


@contextmanager
def claim_data_dir(path: Path, url: str | None) -> Iterator[None]:
    """Own the directory inside the block; the kernel frees it when the process dies.

    Raises DataDirInUse, DataDirUnusable.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        opened = (path / "owner.lock").open("a+")
    except OSError as error:
        raise DataDirUnusable(path, error) from None
    with opened as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            try:
                owner = json.loads(lock.read() or "{}").get("url")
            except ValueError:
                owner = None
            raise DataDirInUse(path, owner) from None
        try:
            # Past the file's buffer, whose content would be tried again when it closes.
            os.truncate(lock.fileno(), 0)
            os.write(lock.fileno(), json.dumps({"pid": os.getpid(), "url": url}).encode())
        except OSError as error:
            raise DataDirUnusable(path, error) from None
        yield
