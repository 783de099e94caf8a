"""The page is quick: to its first paint, and with a long answer and many log rows."""

import json
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser

from tests.page.conftest import Open
from tests.page.long_run import serve_run
from tests.page.serving import Server
from tests.page.visitor import Visitor

LONG = "How do I verify a webhook's signature? Tell me at length."
TIMELINE = "disabled-by-default-devtools.timeline"
TRACED = ["devtools.timeline", TIMELINE, f"{TIMELINE}.frame"]
IDLE = 4000  # microseconds
FRAME = 50.0
FIRST_PAINT = 200.0


class Frames:
    """What the page's frames cost while it was watched: milliseconds of the main thread's processor time.

    `long` are the frames that took longer than 50 ms by the wall's clock, as the browser tells the page.
    """

    def __init__(self) -> None:
        self.costs: list[float] = []
        self.long: list[int] = []

    def read(self, trace: bytes) -> None:
        """From Chromium's trace: the tasks of the page's main thread, summed up to each frame."""
        events = json.loads(trace)["traceEvents"]
        names = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e["name"] == "thread_name"}
        frames = [e for e in events if e["name"] == "BeginMainThreadFrame" and "pid" in e]
        busiest = max(
            {(e["pid"], e["tid"]) for e in frames}, key=lambda who: sum((e["pid"], e["tid"]) == who for e in frames)
        )
        assert names[busiest] == "CrRendererMain"
        mine = [e for e in events if (e["pid"], e["tid"]) == busiest]
        begins = sorted(e["ts"] for e in mine if e["name"] == "BeginMainThreadFrame")
        tasks = sorted((e for e in mine if e["name"] == "RunTask" and "tdur" in e), key=lambda e: e["ts"])
        cost, free = 0.0, 0
        for task in tasks:
            if task["ts"] - free > IDLE:
                cost = 0.0  # the thread was free meanwhile: a frame could have been drawn
            free = task["ts"] + task["dur"]
            cost += task["tdur"] / 1000
            if begins and begins[0] <= free:
                while begins and begins[0] <= free:
                    begins.pop(0)
                self.costs.append(cost)
                cost = 0.0
        assert len(self.costs) > 20

    def check(self) -> None:
        """No frame costs more than it may, and none takes longer."""
        assert max(self.costs) <= FRAME
        assert not self.long, "by the wall's clock alone: was the machine busy with something else?"

    def __str__(self) -> str:
        worst = ", ".join(f"{cost:.0f}" for cost in sorted(self.costs)[-5:])
        return (
            f"{len(self.costs)} frames, the dearest {worst} ms of processor time; over 50 ms by the wall: {self.long}"
        )


@asynccontextmanager
async def watching(browser: Browser, visitor: Visitor) -> AsyncIterator[Frames]:
    """The frames of the block. The driver's own scripts, 30 ms of the page's thread, are there before it."""
    frames = Frames()
    await visitor.connected()
    await visitor.page.locator("chat-thread, #welcome").first.hover(force=True)
    await visitor.page.wait_for_function("() => true")
    await visitor.page.evaluate("() => new Promise((done) => requestIdleCallback(done))")
    await browser.start_tracing(page=visitor.page, categories=TRACED)
    await visitor.page.evaluate("window.frames_over.length = 0")
    yield frames
    frames.long = await visitor.page.evaluate("window.frames_over")
    frames.read(await browser.stop_tracing())
    print(frames)


@pytest.mark.timing
async def test_the_first_paint_comes_within_200_ms(server: Server, visit: Open) -> None:
    paints = []
    visitor = await visit(server.page)
    for _ in range(10):
        await visitor.page.goto("about:blank")
        await visitor.page.goto(server.page)
        await visitor.connected()
        paints.append(
            await visitor.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        )
    print("first paint, ms:", sorted(round(paint) for paint in paints))
    assert statistics.median(paints) <= FIRST_PAINT


@pytest.mark.parametrize("transport", ["sse", "ws"])
@pytest.mark.timing
async def test_5000_tokens_as_they_come(server: Server, browser: Browser, visit: Open, transport: str) -> None:
    visitor = await visit(server.page)
    if transport == "ws":
        await visitor.over_socket()
    async with watching(browser, visitor) as frames:
        await visitor.ask(LONG)
        await visitor.over(timeout=120_000)
    assert len((await visitor.copied()).split()) >= 5000
    frames.check()


@pytest.mark.parametrize("drawer", ["closed", "open"])
@pytest.mark.timing
async def test_5000_tokens_and_500_rows_all_at_once(server: Server, browser: Browser, visit: Open, drawer: str) -> None:
    """The hardest case: all of it arrives as fast as it can, and is then scrolled through."""
    visitor = await visit(server.page)
    await visitor.connected()
    await serve_run(visitor, 5000, 500)
    if drawer == "open":
        await visitor.page.click("#toggle-developer")
    async with watching(browser, visitor) as frames:
        await visitor.page.click("#new")
        await visitor.over()
        await visitor.page.wait_for_function("() => document.querySelectorAll('retrieval-log .row').length === 500")
        await visitor.page.locator(".panel-scroll").hover()
        for _ in range(20):
            await visitor.page.mouse.wheel(0, 1500)
        await visitor.page.locator("chat-thread").hover()
        for _ in range(20):
            await visitor.page.mouse.wheel(0, -1500)
    frames.check()
