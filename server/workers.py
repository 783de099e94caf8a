"""Several processes on one port: a parent that starts them, passes signals on, and replaces one that died.

Each has a directory of its own under DATA_DIR/workers, with a copy of the index as it was when the parent started: an
embedded index is for one process. Sessions are in Redis, so it does not matter which of them a client reaches.
"""

import multiprocessing
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import FrameType

from server.data_dir import claim_data_dir
from server.serve import takes_hangup
from server.settings import Settings

BACKOFF = 1.0
"""Seconds before a worker that died is replaced."""

PERIOD = 0.2

BLOCK = 64 * 1024

Serve = Callable[[Settings, socket.socket], None]
"""What a worker does; it is sent to the new process by its name."""


def copy_with_holes(source: str, target: str) -> None:
    """Copy a file without filling its holes: an index of 3 MiB has files of 180, which shutil would write out."""
    with open(source, "rb") as old, open(target, "wb") as new:
        while block := old.read(BLOCK):
            if block.count(0) == len(block):
                new.seek(len(block), os.SEEK_CUR)
            else:
                new.write(block)
        new.truncate()


def own_folder(data_dir: Path, number: int) -> Path:
    """A worker's directory, with a fresh copy of the index."""
    folder = data_dir / "workers" / str(number)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if (data_dir / "index").exists():
        shutil.copytree(data_dir / "index", folder / "index", copy_function=copy_with_holes)
    if (data_dir / "embedding.json").exists():
        shutil.copy(data_dir / "embedding.json", folder)
    return folder


class Workers:
    """The parent. `run` returns when all have ended."""

    def __init__(self, settings: Settings, listener: socket.socket, serve: Serve) -> None:
        self._settings = settings
        self._listener = listener
        self._serve = serve
        self._spawn = multiprocessing.get_context("spawn")
        self._processes: dict[int, SpawnProcess] = {}
        self._started: dict[int, float] = {}
        self._signal: int | None = None

    def run(self) -> None:
        """Until told to stop."""
        for stop in (signal.SIGTERM, signal.SIGINT, *((signal.SIGHUP,) if takes_hangup() else ())):
            signal.signal(stop, self._told)
        for number in range(self._settings.workers):
            self._start(number)
        passed_on = False
        while any(process.is_alive() for process in self._processes.values()) or not self._signal:
            if self._signal and not passed_on:
                passed_on = True
                self._listener.close()  # else who comes while the workers drain waits for them, to be cut off
                for process in self._processes.values():
                    process.terminate()
            for number, process in list(self._processes.items()):
                process.join(PERIOD / len(self._processes))
                if not self._signal and not process.is_alive() and time.monotonic() > self._started[number] + BACKOFF:
                    self._start(number)

    def _told(self, number: int, frame: FrameType | None) -> None:
        self._signal = number

    def _start(self, number: int) -> None:
        folder = own_folder(self._settings.data_dir, number)
        settings = self._settings.model_copy(update={"data_dir": folder})
        process = self._spawn.Process(target=self._serve, args=(settings, self._listener), name=f"worker-{number}")
        process.start()
        self._processes[number] = process
        self._started[number] = time.monotonic()


def run_workers(settings: Settings, listener: socket.socket, prepare: Callable[[], None], serve: Serve) -> None:
    """Prepare DATA_DIR, then serve from several processes. Raises DataDirInUse and what `prepare` raises."""
    with claim_data_dir(settings.data_dir, settings.url):
        # Earlier workers may have been more: what those counted would be told for ever.
        shutil.rmtree(settings.data_dir / "workers", ignore_errors=True)
        prepare()
        Workers(settings, listener, serve).run()
