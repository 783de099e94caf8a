"""Whatever happens in mid-answer, the text at the end is the one that REST gives, to the character.

The answer waits in its middle until it is told to go on, so what happens does happen in mid-answer on any machine.
REPEAT=10 does each of them ten times over each transport.
"""

import asyncio
import os
import re
import threading

import pytest
from playwright.async_api import expect

from tests.page.conftest import Open
from tests.page.line import line
from tests.page.serving import Server
from tests.page.visitor import HELD, Visitor

REPEAT = int(os.environ.get("REPEAT", "1"))

each = pytest.mark.parametrize("transport", ["sse", "ws"])
again = pytest.mark.parametrize("time", range(REPEAT), ids=lambda n: f"time{n + 1}")


async def asking(visit: Open, url: str, transport: str) -> Visitor:
    """A visitor who sees an answer being written."""
    visitor = await visit(url)
    if transport == "ws":
        await visitor.over_socket()
    await visitor.ask(HELD)
    await visitor.writing()
    return visitor


async def session_of(visitor: Visitor, server: Server) -> object:
    return await asyncio.to_thread(server.get, f"/api/session/{await visitor.session}")


@each
@again
async def test_a_reload(server: Server, visit: Open, transport: str, time: int, go: threading.Event) -> None:
    visitor = await asking(visit, server.page, transport)
    await visitor.page.reload()
    await visitor.writing()
    assert await visitor.page.locator(".switch input:checked").input_value() == transport
    await visitor.page.reload()
    await visitor.writing()
    go.set()
    await visitor.over()
    await visitor.whole(await session_of(visitor, server))


@each
@again
async def test_a_switch_of_transport(
    server: Server, visit: Open, transport: str, time: int, go: threading.Event
) -> None:
    visitor = await asking(visit, server.page, transport)
    there, back = (
        (visitor.over_socket, visitor.over_sse) if transport == "sse" else (visitor.over_sse, visitor.over_socket)
    )
    await there()
    await visitor.writing(250)
    await back()
    await visitor.writing(350)
    await there()
    await visitor.connected()
    go.set()
    await visitor.over()
    await visitor.whole(await session_of(visitor, server))


@each
@again
async def test_the_browser_offline_and_back(
    server: Server, visit: Open, transport: str, time: int, go: threading.Event
) -> None:
    visitor = await asking(visit, server.page, transport)
    visitor.cuts = True
    await visitor.page.context.set_offline(True)
    pill = visitor.page.locator("#connection")
    if transport == "sse":  # Chromium's offline mode lets WebSockets through; the next test cuts those
        await expect(pill).to_have_attribute("data-state", "offline")
        await expect(visitor.page.locator(".line-text")).to_contain_text("Offline, next try in")
    await visitor.page.context.set_offline(False)
    await visitor.connected()
    go.set()
    await visitor.over()
    await visitor.whole(await session_of(visitor, server))


@each
@again
async def test_the_line_cut_and_mended(
    server: Server, visit: Open, transport: str, time: int, go: threading.Event
) -> None:
    async with line(server.port) as relay:
        visitor = await asking(visit, relay.page, transport)
        visitor.cuts = True
        for characters in (250, 400):
            relay.tear()
            await expect(visitor.page.locator("#connection")).to_have_attribute("data-state", "waiting")
            await expect(visitor.page.locator(".line-text")).to_contain_text("Reconnecting in")
            relay.mend()
            await visitor.connected()
            await visitor.writing(characters)
        go.set()
        await visitor.over()
        await visitor.whole(await session_of(visitor, server))


@each
@again
async def test_the_server_killed_and_restarted(
    mortal: Server, visit: Open, transport: str, time: int, go: threading.Event
) -> None:
    visitor = await asking(visit, mortal.page, transport)
    visitor.cuts = True
    mortal.kill()
    await expect(visitor.page.locator("#connection")).to_have_attribute("data-state", "waiting")
    await asyncio.to_thread(mortal.start)
    await visitor.writing()
    go.set()
    await visitor.over()
    await visitor.connected()
    assert "run.restarted" in [event["type"] for event in await visitor.events()]
    await visitor.whole(await session_of(visitor, mortal))


@each
@again
async def test_a_deploy(mortal: Server, visit: Open, transport: str, time: int, go: threading.Event) -> None:
    visitor = await asking(visit, mortal.page, transport)
    visitor.cuts = True
    go.set()  # or the server would wait for the answer as long as it can
    await asyncio.to_thread(mortal.stop)
    await asyncio.to_thread(mortal.start)
    await visitor.over()
    await visitor.connected()
    await visitor.whole(await session_of(visitor, mortal))


@each
@again
async def test_two_tabs_show_the_same(
    server: Server, visit: Open, transport: str, time: int, go: threading.Event
) -> None:
    visitor = await asking(visit, server.page, transport)
    other = await visit(server.page, beside=visitor)
    await other.writing()
    await (other.over_sse() if transport == "ws" else other.over_socket())
    await other.connected()
    go.set()
    await asyncio.gather(visitor.over(), other.over())
    session = await session_of(visitor, server)
    await visitor.whole(session)
    await other.whole(session)
    await other.ask("What does error E-1020 mean?")
    await expect(visitor.page.locator("article.turn[data-status=completed]")).to_have_count(2)
    seen = ".question, .prose, .confidence, retrieval-log .row"
    shown = [await each.page.locator(seen).all_inner_texts() for each in (visitor, other)]
    assert shown[0] == shown[1]


async def test_reconnecting_now_rather_than_later(server: Server, visit: Open) -> None:
    """The page's clock is stopped: nothing but the button can end the wait."""
    async with line(server.port) as relay:
        visitor = await visit(relay.page)
        await visitor.connected()
        visitor.cuts = True
        await visitor.page.clock.install()
        await visitor.page.clock.pause_at(await visitor.page.evaluate("Date.now() + 1000"))
        relay.tear()
        countdown = visitor.page.locator(".line-text")
        for _ in range(200):
            if re.search(r"in ([5-9]|\d\d) s", await countdown.inner_text()):
                break
            await visitor.page.clock.run_for(250)
        await expect(countdown).to_have_text(re.compile(r"^Reconnecting in ([5-9]|1[0-6]) s$"))
        relay.mend()
        await visitor.page.locator(".line-retry").click()
        await expect(visitor.page.locator("#connection")).to_have_attribute("data-state", "live")


async def test_a_question_sent_while_the_line_is_cut_is_asked_once(server: Server, visit: Open) -> None:
    async with line(server.port) as relay:
        visitor = await visit(relay.page)
        await visitor.connected()
        visitor.cuts = True
        relay.tear()
        await visitor.page.locator("#question").fill("What does error E-1020 mean?")
        await visitor.page.keyboard.press("Enter")
        await expect(visitor.page.locator("article.pending .note")).to_have_text("Sending…")
        relay.mend()
        await visitor.over()
        session = await session_of(visitor, server)
        assert len(session["turns"]) == 1  # type: ignore[index]


async def test_an_answer_lost_on_its_way_does_not_ask_twice(server: Server, visit: Open) -> None:
    visitor = await visit(server.page)
    await visitor.connected()
    visitor.cuts = True

    async def lose(route: object) -> None:
        await route.fetch()  # type: ignore[attr-defined]
        await route.abort("connectionreset")  # type: ignore[attr-defined]

    await visitor.page.route("**/api/chat", lose, times=2)
    await visitor.ask("What does error E-1020 mean?")
    await visitor.over()
    await expect(visitor.page.locator("article.pending")).to_have_count(0)
    session = await session_of(visitor, server)
    assert len(session["turns"]) == 1  # type: ignore[index]


async def test_what_was_cut_from_the_log_comes_as_a_snapshot(server: Server, visit: Open) -> None:
    visitor = await visit(server.page)
    await visitor.ask("What does error E-1020 mean?")
    await visitor.over()
    before = await visitor.copied()
    await visitor.page.route(
        "**/events?after=*", lambda route: route.continue_(url=route.request.url.replace("after=", "after=9"))
    )
    await visitor.over_socket()
    await visitor.connected()
    await visitor.over_sse()  # with a cursor that the log never had
    await visitor.connected()
    assert await visitor.copied() == before
    await visitor.ask("What does error E-1031 mean?")
    await expect(visitor.page.locator("article.turn[data-status=completed]")).to_have_count(2)
