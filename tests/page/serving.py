"""The real server as a process of its own, on a free port, to be killed and started again."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 240.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`orchestratai serve`; what it logs goes to a file beside its data."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.page = f"{self.origin}/demo/"
        self._log = folder / "server.log"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        kept |= {
            "RATE_LIMIT_PER_IP": "0",
            "STREAMS_PER_CLIENT": "0",
            "RUNS_PER_CLIENT": "0",
        }  # one address asks for all
        self._env = {**kept, "PORT": str(self.port), "DATA_DIR": str(folder / "data"), **settings}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it is ready."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", "from server.cli import main; main()", "serve"],
                env=self._env,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{self.origin}/ready", timeout=5).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"the server did not start:\n{self._log.read_text()[-3000:]}")

    @property
    def running(self) -> bool:
        """Whether it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """As a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As a deploy would."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def get(self, path: str) -> Any:
        """The JSON at a path."""
        with urllib.request.urlopen(self.origin + path, timeout=60) as response:
            return json.load(response)


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Server]:
    """A server that is ready, until the block ends."""
    server = Server(folder, **settings)
    try:
        server.start()
        yield server
    finally:
        server.kill()
