"""A browser, a server and a model for the page's tests."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.model_server import model_server
from tests.page import answers
from tests.page.chromium import ARGS, NoChromium, chromium
from tests.page.serving import Server, serving
from tests.page.visitor import Visitor

assert answers.page
Open = Callable[..., Awaitable[Visitor]]


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
        "RATE_LIMIT_PER_IP": "100000",
    }


@pytest.fixture(scope="session")
def server(settings: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that all tests share; it stays alive."""
    with serving(tmp_path_factory.mktemp("server"), **settings) as running:
        yield running


@pytest.fixture
def mortal(settings: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    """One of the test's own, to be killed."""
    with serving(tmp_path, **settings) as running:
        yield running


@pytest.fixture
async def browser(executable: str) -> AsyncIterator[Browser]:
    """Chromium, fresh."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=executable, args=list(ARGS))
        yield running
        await running.close()


@pytest.fixture
async def visit(browser: Browser) -> AsyncIterator[Open]:
    """Opens a page in a window of its own. What it complained about, or asked of other hosts, fails the test."""
    visitors: list[Visitor] = []

    async def open_page(url: str, *, beside: Visitor | None = None, **context: object) -> Visitor:
        visitor = await Visitor.open(browser, url, beside, **context)
        visitors.append(visitor)
        return visitor

    yield open_page
    for visitor in visitors:
        visitor.check()
