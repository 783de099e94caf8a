"""The servers that the tests run against. Another kind of target joins `target` by one line."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.clients import Client
from tests.e2e.targets import Embedded, Model, Process, Target, embedded, running_model
from tests.redis_server import redis_cluster, redis_server

LIMITS: dict[str, Any] = {"heartbeat": 1.0, "openai_timeout": 30.0, "drain_timeout": 5.0}
"""The limits of the shared servers. What a loaded machine can exceed is long; who waits for it sets up a server."""


@pytest.fixture(scope="session")
def model() -> Iterator[Model]:
    with running_model() as running:
        yield running


@pytest.fixture(autouse=True)
def obliging(model: Model) -> None:
    """The model is told anew in each test how to behave."""
    model.next()


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A DATA_DIR with the bundled index built, to be copied."""
    path = tmp_path_factory.mktemp("indexed") / "data"
    with embedded(path):
        pass
    return path


@pytest.fixture(scope="session")
def new_data_dir(indexed: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    def make() -> Path:
        path = tmp_path_factory.mktemp("instance") / "data"
        shutil.copytree(indexed, path)
        return path

    return make


@pytest.fixture(scope="session")
def one_instance(model: Model, new_data_dir: Callable[[], Path]) -> Iterator[Target]:
    with embedded(new_data_dir(), openai_base_url=model.url, openai_model="quote", **LIMITS) as server:
        yield Target((server.url,), model)


@contextmanager
def _two(url: str, model: Model, new_data_dir: Callable[[], Path]) -> Iterator[Target]:
    given = {"openai_base_url": model.url, "openai_model": "quote", "redis_url": url, **LIMITS}
    with embedded(new_data_dir(), **given) as one, embedded(new_data_dir(), **given) as other:
        yield Target((one.url, other.url), model)


@pytest.fixture(scope="session")
def two_instances(model: Model, new_data_dir: Callable[[], Path]) -> Iterator[Target]:
    """Two instances over one Redis; each request goes to the other one than the request before."""
    with redis_server() as redis, _two(redis.url, model, new_data_dir) as target:
        yield target


@pytest.fixture(scope="session")
def two_on_a_cluster(model: Model, new_data_dir: Callable[[], Path]) -> Iterator[Target]:
    with redis_cluster() as cluster, _two(cluster.url, model, new_data_dir) as target:
        yield target


@pytest.fixture(scope="session", params=["one_instance", "two_instances", "two_on_a_cluster"])
def target(request: pytest.FixtureRequest) -> Target:
    """What the suite runs against; a fixture that yields a Target joins by its name."""
    found: Target = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def client(target: Target) -> AsyncIterator[Client]:
    async with Client(target.urls) as opened:
        yield opened


@pytest.fixture
def serve(model: Model, new_data_dir: Callable[[], Path]) -> Iterator[Callable[..., Embedded]]:
    """Starts a server of the test's own in this process, with its own settings."""
    with ExitStack() as stack:

        def start(data_dir: Path | None = None, **settings: Any) -> Embedded:
            given = {"openai_base_url": model.url, "openai_model": "quote", **LIMITS, **settings}
            return stack.enter_context(embedded(data_dir or new_data_dir(), **given))

        yield start


@pytest.fixture
def process(model: Model, new_data_dir: Callable[[], Path], request: pytest.FixtureRequest) -> Iterator[Process]:
    """A process of the test's own, started, that asks the model; a parameter is more of its environment."""
    environment = {"OPENAI_BASE_URL": model.url, "OPENAI_MODEL": "quote", "LOG_LEVEL": "warning"}
    running = Process(new_data_dir(), environment | getattr(request, "param", {}))
    try:
        running.start()
        yield running
    finally:
        running.close()
