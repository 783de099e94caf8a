"""A browser, a server and a model for the page's tests."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.model_server import model_server
from tests.page import answers
from tests.page.chromium import ARGS, NoChromium, chromium
from tests.page.serving import Server, serving
from tests.page.visitor import PATIENCE, Visitor

assert answers.page
Open = Callable[..., Awaitable[Visitor]]
HERE = Path(__file__).parent
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One event loop for all tests of the page, so that they can share a browser."""
    for item in items:
        if HERE in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="package"), append=False)


@pytest.fixture(scope="session")
def executable() -> str:
    """Chromium; without it these tests are skipped, and in CI they fail."""
    try:
        return chromium()
    except NoChromium as missing:
        reason = f"NO CHROMIUM, THE PAGE IS NOT TESTED: {missing}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def model_url() -> Iterator[str]:
    """A model that answers as tests/page/answers.py says, in a thread of its own."""
    told: list[str] = []
    started = threading.Event()
    loop = asyncio.new_event_loop()
    finished = asyncio.Event()

    async def run() -> None:
        async with model_server() as server:
            told.append(server.url)
            started.set()
            await finished.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    started.wait()
    yield told[0]
    loop.call_soon_threadsafe(finished.set)
    thread.join()
    loop.close()


@pytest.fixture(scope="session")
def settings(model_url: str) -> dict[str, str]:
    """How the server reaches the model."""
    return {
        "OPENAI_BASE_URL": model_url,
        "OPENAI_API_KEY": "sk-page",
        "OPENAI_MODEL": "page",
        "OPENAI_TIMEOUT": "300",  # an answer waits for its test
        "RATE_LIMIT_PER_IP": "100000",
    }


@pytest.fixture(scope="session")
def server(settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that all tests share; it stays alive."""
    with serving(tmp_path_factory.mktemp("server"), **settings) as running:
        yield running


@pytest.fixture(scope="session")
def second_server(settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One beside the first."""
    with serving(tmp_path_factory.mktemp("mortal"), **settings) as running:
        yield running


@pytest.fixture
def mortal(second_server: Server) -> Server:
    """One that may be killed, as it is started again for the next test."""
    if not second_server.running:
        second_server.start()
    return second_server


@pytest.fixture
def go() -> Iterator[threading.Event]:
    """Set, it lets the answer to HELD go on."""
    answers.GO.clear()
    yield answers.GO
    answers.GO.set()


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser(executable: str) -> AsyncIterator[Browser]:
    """Chromium, for all tests; each has windows of its own."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=executable, args=list(ARGS))
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="package")
async def visit(browser: Browser) -> AsyncIterator[Open]:
    """Opens a page in a window of its own. What it complained about, or asked of other hosts, fails the test."""
    visitors: list[Visitor] = []

    async def open_page(url: str, *, beside: Visitor | None = None, **context: object) -> Visitor:
        visitor = await Visitor.open(browser, url, beside, **context)
        visitors.append(visitor)
        return visitor

    yield open_page
    for visitor in visitors:
        await visitor.page.context.close()
    for visitor in visitors:
        visitor.check()
