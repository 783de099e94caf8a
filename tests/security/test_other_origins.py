"""A page of another origin, in Chromium: it opens no socket and reads no stream, unless its origin is listed."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, async_playwright

from tests.page.chromium import ARGS, NoChromium, chromium
from tests.v1.conftest import Serve

TRY = """async ([base, session, ticket]) => {
  const given = ticket ? `?ticket=${ticket}` : "";
  const events = `${base}/api/session/${session}/events${given}`;
  const read = await fetch(events).then(async (response) => {
    const first = await response.body.getReader().read();
    return new TextDecoder().decode(first.value).slice(0, 6);
  }).catch(() => "refused");
  const source = await new Promise((tell) => {
    const opened = new EventSource(events);
    opened.addEventListener("hello", () => { opened.close(); tell("hello"); });
    opened.addEventListener("error", () => { opened.close(); tell("refused"); });
  });
  const socket = await new Promise((tell) => {
    const opened = new WebSocket(base.replace("http", "ws") + `/api/ws${given}`);
    opened.onopen = () => opened.send(JSON.stringify({ type: "follow", session_id: session }));
    opened.onmessage = (message) => { opened.close(); tell(JSON.parse(message.data).type); };
    opened.onclose = (event) => tell(event.code);
  });
  const made = await fetch(`${base}/api/session`, { method: "POST" }).then((r) => r.json(), () => "refused");
  return { read, source, socket, made: made === "refused" ? made : "made" };
}"""


@asynccontextmanager
async def blank_site() -> AsyncIterator[str]:
    """A site with an empty page; its origin."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    try:
        executable = await asyncio.to_thread(chromium)
    except NoChromium as error:
        pytest.skip(f"no Chromium: {error}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=list(ARGS))
        yield await browser.new_page()
        await browser.close()


async def session(url: str) -> str:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        return str((await client.post("/api/session")).json()["session_id"])


REFUSED: dict[str, Any] = {"read": "refused", "source": "refused", "socket": 4503, "made": "refused"}
GRANTED: dict[str, Any] = {"read": "retry:", "source": "hello", "socket": "ack", "made": "made"}


async def test_a_page_of_another_origin_reads_nothing(serve: Serve, page: Page) -> None:
    server = serve(openai_base_url=None)
    session_id = await session(server.url)
    async with blank_site() as origin:
        await page.goto(origin)
        assert await page.evaluate(TRY, [server.url, session_id, ""]) == REFUSED
    await page.goto(f"{server.url}/live")
    assert await page.evaluate(TRY, [server.url, session_id, ""]) == GRANTED


async def test_a_page_of_a_listed_origin_does_and_a_ticket_of_another_page_is_refused(serve: Serve, page: Page) -> None:
    async with blank_site() as shop, blank_site() as evil:
        server = serve(openai_base_url=None, allowed_origins=(shop,))
        session_id = await session(server.url)
        await page.goto(shop)
        assert await page.evaluate(TRY, [server.url, session_id, ""]) == GRANTED
        door = "`${base}/api/session/${session}/ticket`"
        issue = f"([base, session]) => fetch({door}, {{ method: 'POST' }}).then((r) => r.json())"
        ticket = (await page.evaluate(issue, [server.url, session_id]))["ticket"]
        assert re.fullmatch(r"[\w-]+\.[\w-]+", ticket)
        assert await page.evaluate(TRY, [server.url, session_id, ticket]) == GRANTED
        await page.goto(evil)
        assert await page.evaluate(TRY, [server.url, session_id, ticket]) == REFUSED
        own = f"{server.url}/live"
        await page.goto(own)
        told = await page.evaluate(TRY, [server.url, session_id, ticket])
        assert (told["read"], told["source"], told["socket"]) != (GRANTED["read"], "hello", "ack")
        assert told["socket"] == 4501
