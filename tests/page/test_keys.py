"""A server that asks for keys: the page asks for one, says when it is refused, and goes on where it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.page.conftest import Open
from tests.page.serving import Server, serving
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
    await visitor.ask(QUESTION)
    await visitor.over()
    await visitor.page.reload()
    await visitor.connected()
    assert "E-1020" in await visitor.prose().inner_text(), "the tab keeps its key"


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
