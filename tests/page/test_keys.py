"""A server that asks for keys: the page asks for one, says when it is refused, and goes on where it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.page.conftest import Open
from tests.page.serving import Server, serving
from tests.page.test_sessions import run_line
from tests.page.visitor import Visitor

REFUSED = r"the server responded with a status of 401"
"""What the browser itself writes of it."""
QUESTION = "What does error E-1020 mean?"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    file = tmp_path / "keys"
    file.write_text("shop:a-key-of-the-shop\n")
    return file


@pytest.fixture
def keyed(settings: dict[str, str], tmp_path: Path, keys: Path) -> Iterator[Server]:
    with serving(tmp_path, API_KEYS_FILE=str(keys), **settings) as running:
        yield running


async def enter(visitor: Visitor, key: str) -> None:
    await expect(visitor.page.locator("#key")).to_be_visible()
    await expect(visitor.page.locator("#key-field")).to_be_focused()
    await visitor.page.keyboard.type(key)
    await visitor.page.keyboard.press("Enter")


async def test_the_page_asks_for_a_key_and_says_when_it_is_refused(keyed: Server, visit: Open) -> None:
    visitor = await visit(keyed.page)
    visitor.allows = REFUSED
    refused = visitor.page.locator("#key-refused")
    await expect(visitor.page.locator("#key")).to_be_visible()
    await expect(refused).to_have_text("")
    await enter(visitor, "no-key-at-all")
    await expect(refused).to_have_text("The key is not valid, or not any more.")
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.page.locator("#notice")).to_contain_text("This server asks for a key")
    await visitor.page.click("#notice-new")
    await enter(visitor, "a-key-of-the-shop")
    await visitor.connected()
    await expect(visitor.page.locator("#question")).to_be_focused()
    await visitor.ask(QUESTION)
    await visitor.over()
    await visitor.page.reload()
    await visitor.over()
    assert "E-1020" in await visitor.prose().inner_text(), "the tab keeps its key"


async def test_a_socket_without_a_key_is_told_what_is_missing(keyed: Server, visit: Open) -> None:
    visitor = await visit(keyed.page)
    visitor.allows = REFUSED
    problem = await visitor.page.evaluate("""async () => {
      const { Client } = await import("/demo/client.js");
      return new Promise((resolve) => new Client().follow(crypto.randomUUID(), {
        transport: "ws",
        onStatus: ({ state, problem: { code, message } = {} }) => state === "closed" && resolve({ code, message }),
      }));
    }""")
    assert problem["code"] == "unauthorized"
    assert "A key is needed" in problem["message"]


@pytest.mark.parametrize("transport", ["over_sse", "over_socket"])
async def test_when_the_key_is_revoked_another_goes_on_with_the_conversation(
    keyed: Server, keys: Path, visit: Open, transport: str
) -> None:
    visitor = await visit(keyed.page)
    visitor.allows = REFUSED
    await enter(visitor, "a-key-of-the-shop")
    await getattr(visitor, transport)()
    await visitor.ask(QUESTION)
    await visitor.over()
    session, answer = await visitor.session, await visitor.prose().inner_text()
    keys.write_text("bank:a-key-of-the-bank\n")
    await expect(visitor.page.locator("#key-refused")).to_have_text("The key is not valid, or not any more.")
    keys.write_text("bank:a-key-of-the-bank,shop:another-of-the-shop\n")
    await enter(visitor, "another-of-the-shop")
    await visitor.connected()
    assert await visitor.session == session
    await visitor.over()
    assert await visitor.prose().inner_text() == answer
    await visitor.ask("How much is the Team plan?")
    await visitor.over()


@pytest.mark.parametrize("transport", ["sse", "ws"])
async def test_a_server_that_asks_for_a_key(
    settings: dict[str, str], tmp_path: Path, visit: Open, transport: str
) -> None:
    with serving(tmp_path, **settings, API_KEYS="demo:key-of-the-demo", RATE_LIMIT_PER_KEY="100000") as keyed:
        visitor = await visit(keyed.page)
        visitor.allows = "status of 401"
        await visitor.page.locator("#key-field").fill("key-of-somebody-else")
        await visitor.page.keyboard.press("Enter")
        await expect(visitor.page.locator("#key")).to_be_visible()
        await visitor.page.locator("#key-field").fill("key-of-the-demo")
        await visitor.page.keyboard.press("Enter")
        await visitor.connected()
        if transport == "ws":
            await visitor.over_socket()
            await expect(visitor.page.locator(".line-text")).to_have_text("Connected · WebSocket")
        await visitor.ask("What does error E-1020 mean?")
        await visitor.over()
        await visitor.page.reload()
        await visitor.over()
        await visitor.page.click("#toggle-developer")
        await expect(visitor.page.locator(".keyed")).to_be_visible()
        line = await visitor.page.locator(".line-ask").inner_text()
        assert "key-of-the-demo" not in line
        await run_line(line, ORCHESTRATAI_KEY="key-of-the-demo")
        await expect(visitor.page.locator("article.turn[data-status=completed]")).to_have_count(2)
        await visitor.page.context.close()  # the server ends now
