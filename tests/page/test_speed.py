"""The page is quick: to its first paint, and with a long answer and many log rows."""

import json
import statistics
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser

from tests.page.conftest import Open
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


def long_run(session: str, tokens: int, rows: int) -> str:
    """A run with so many tokens and log rows, as its stream."""
    run = uuid.uuid4().hex
    events: list[tuple[str, object]] = [("run.started", {"kind": "chat", "message": "A great deal?"})]
    for n in range(rows):
        chunk = {
            "id": f"c{n}",
            "content": "What the document says. " * 12,
            "similarity": 0.5,
            "source": "https://a.example/",
        }
        data = {"collection": "documents", "query": f"query {n}", "chunks_retrieved": 1, "latency": 3.5}
        log = {"id": str(n), "type": "vector_search", "title": f"Found passage {n}", "data": data, "chunks": [chunk]}
        events.append(("vector_search", {**log, "timestamp": "2026-11-23T09:00:01.000Z", "status": "success"}))
    pieces = [
        f"\n\nPart {n} " if n % 60 == 0 else f" **word{n}**" if n % 9 == 0 else f" word{n}" for n in range(tokens)
    ]
    offset = 0
    for piece in pieces:
        events.append(("token", {"text": piece, "offset": offset}))
        offset += len(piece)
    metrics = {"tokensUsed": tokens, "cost": 0.1, "latency": 9000, "cache_status": "none"}
    ending = {"message": "".join(pieces), "agent": "technical", "confidence": 0.5, "sources": [], "metrics": metrics}
    events.append(("run.completed", ending))
    head = {"session_id": session, "run_id": run, "timestamp": "2026-11-23T09:00:00.000Z"}
    bodies = [{"id": f"7-{n + 1}", "type": kind, **head, "data": data} for n, (kind, data) in enumerate(events)]
    live = {"type": "live", "session_id": session, "data": {"top": f"7-{len(events)}"}}
    return "".join(f"data: {json.dumps(body)}\n\n" for body in [*bodies, live])


@pytest.mark.timing
async def test_5000_tokens_and_500_rows_all_at_once(server: Server, browser: Browser, visit: Open) -> None:
    """The hardest case: all of it arrives as fast as it can, and is then scrolled through."""
    visitor = await visit(server.page)
    await visitor.connected()
    stream = long_run(await visitor.session, 5000, 500)
    await visitor.page.route(
        "**/events?after=0-0",
        lambda route: route.fulfill(headers={"Content-Type": "text/event-stream"}, body=stream),
    )
    await visitor.page.route("**/events?after=7-*", lambda route: route.fulfill(status=204))  # and that was all
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
