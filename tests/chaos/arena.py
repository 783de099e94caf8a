"""Where accidents happen: one Redis, two instances of the product as processes, a slow model."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.chaos.proxy import Proxy, proxies
from tests.e2e.targets import free_port, running_model
from tests.redis_server import RedisServer, redis_server

START = 90.0
ROOT = Path(__file__).parents[2]
TOKENS, RATE = 60, 20
"""An answer of three seconds."""

SKEWED = "import time; real = time.time; time.time = lambda: real() + {offset}; from server.cli import main; main()"


@dataclass
class Instance:
    """`orchestratai serve` as a process that is killed, stopped and started again on the same port."""

    name: str
    data_dir: Path
    environment: dict[str, str]
    proxy: Proxy
    offset: int = 0
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.data_dir.parent / f"{self.name}.log"

    def launch(self) -> None:
        """Start, without waiting."""
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
        where = {"PYTHONPATH": str(ROOT), "DATA_DIR": str(self.data_dir), "PORT": str(self.port)}
        given = {**kept, **where, **self.environment}
        command = [sys.executable, "-c", SKEWED.format(offset=self.offset), "serve"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=given, stdout=log, stderr=log, cwd=self.data_dir.parent)

    def wait_ready(self) -> None:
        deadline = time.monotonic() + START
        while not self.ready():
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() < deadline, f"{self.name} does not start:\n{self.log.read_text()[-3000:]}"
            time.sleep(0.02)

    def ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/ready", trust_env=False, timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None and self.process.poll() is None:
            self.signal(signal.SIGKILL)
            self.process.wait()

    def ended(self) -> bool:
        assert self.process is not None
        return self.process.poll() is not None

    def restore(self) -> None:
        """Running, and seeing Redis as it is."""
        self.proxy.faults.delay = 0.0
        self.proxy.faults.drop = b""
        if self.process is None or self.ended():
            self.launch()


@dataclass
class Arena:
    """Two instances over one Redis."""

    redis: RedisServer
    instances: tuple[Instance, Instance]

    def restore(self) -> None:
        """As at the beginning."""
        for instance in self.instances:
            instance.restore()
        for instance in self.instances:
            instance.wait_ready()

    def skew(self, seconds: int) -> None:
        """Start the first instance anew with a clock that is wrong by so much."""
        one = self.instances[0]
        if one.offset != seconds:
            one.kill()
            one.offset = seconds
            self.restore()


@contextmanager
def arena(indexed: Path | None = None) -> Iterator[Arena]:
    """An arena; `indexed` is a DATA_DIR with the bundled index, to be copied, which saves building it."""
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server())
        model = stack.enter_context(running_model())
        one, other = stack.enter_context(proxies(redis.port, 2))
        folder = Path(tempfile.mkdtemp(prefix="chaos-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)

        def instance(name: str, proxy: Proxy) -> Instance:
            data_dir = folder / name / "data"
            data_dir.parent.mkdir()
            if indexed is not None:
                shutil.copytree(indexed, data_dir)
            environment = {
                "REDIS_URL": f"redis://127.0.0.1:{proxy.port}/0",
                "OPENAI_BASE_URL": model.url,
                "OPENAI_MODEL": f"paced?rate={RATE}&tokens={TOKENS}",
                "HEARTBEAT": "1",
                "DRAIN_TIMEOUT": "1",
                "RATE_LIMIT_PER_IP": "0",
                "STREAMS_PER_CLIENT": "0",
                "RUNS_PER_CLIENT": "0",
                "LOG_LEVEL": "info",
                "LOG_FORMAT": "text",
            }
            made = Instance(name, data_dir, environment, proxy)
            stack.callback(made.kill)
            return made

        opened = Arena(redis, (instance("a", one), instance("b", other)))
        opened.restore()
        yield opened


def eventually(fact: Callable[[], bool], seconds: float, what: str) -> None:
    """Until the fact is true."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)
