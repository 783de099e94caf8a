"""Everybody can use the page: axe-core finds nothing, and the keyboard alone does it all."""

import threading
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.async_api import expect

from tests.page.conftest import Open
from tests.page.serving import Server
from tests.page.visitor import HELD, Visitor

AXE = next(Path(axe_playwright_python.__file__).parent.glob("**/axe*.js")).read_text("utf-8")


async def violations(visitor: Visitor) -> list[str]:
    """What axe-core finds, of any level."""
    await visitor.page.evaluate(AXE)
    await visitor.page.evaluate("document.getAnimations().forEach(each => each.cancel())")
    found = await visitor.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']} ({each['impact']}): {node['html'][:200]} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
async def test_axe_finds_nothing(server: Server, visit: Open, theme: str, width: int, go: threading.Event) -> None:
    visitor = await visit(server.page, viewport={"width": width, "height": 780}, color_scheme=theme)
    visitor.allows = "status of 429"
    page = visitor.page
    await visitor.connected()
    assert await violations(visitor) == []
    await visitor.ask(HELD)
    if width == 360:
        await page.click("#toggle-panel")
    await visitor.writing(200)
    assert await violations(visitor) == []  # in mid-answer
    go.set()
    await visitor.over()
    for n in range(3):
        await visitor.rows.nth(n).locator("summary").click()
    await page.locator(".chip").first.click()
    assert await violations(visitor) == []  # with everything open
    await visitor.prose().locator(".cite").first.click()
    assert await violations(visitor) == []  # with a source
    await page.keyboard.press("Escape")
    await page.click("#toggle-developer")
    await page.locator(".raw summary").first.click()
    assert await violations(visitor) == []  # with the drawer
    await page.keyboard.press("Escape")
    await visitor.ask(HELD)
    await expect(page.locator("article.turn[data-status=completed]")).to_have_count(2)
    await page.click("#toggle-developer")
    for n in (-1, -2):
        await page.locator(".raw summary").nth(n).click()
    assert await violations(visitor) == []  # with two of everything: code, tables, events
    await page.keyboard.press("Escape")
    await page.route(
        "**/api/chat", lambda route: route.fulfill(status=429, headers={"Retry-After": "60"}, body="{}"), times=1
    )
    await visitor.ask("Too much?")
    await expect(page.locator("article.pending .note")).to_contain_text("Try again in")
    assert await violations(visitor) == []  # with an error
    await page.click("#delete")
    assert await violations(visitor) == []  # with the question before deleting
    overflow = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0


async def press_until(visitor: Visitor, selector: str, key: str = "Tab") -> None:
    """Press a key until the focus is there."""
    for _ in range(60):
        await visitor.page.keyboard.press(key)
        if await visitor.page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
    raise AssertionError(f"{key} never came to {selector}")


async def test_the_whole_flow_by_keyboard(server: Server, visit: Open, go: threading.Event) -> None:
    visitor = await visit(server.page)
    await visitor.connected()
    keys = visitor.page.keyboard
    await keys.type(HELD)
    await keys.press("Enter")
    await visitor.writing(150)
    await press_until(visitor, "#stop")
    await keys.press("Enter")
    go.set()
    await visitor.over("cancelled")
    await expect(visitor.page.locator("#question")).to_be_focused()
    await keys.type("What does error E-1020 mean?")
    await keys.press("Enter")
    await expect(visitor.page.locator("article.turn[data-status=completed]")).to_have_count(1)
    await press_until(visitor, "article.turn:last-of-type .cite", "Shift+Tab")
    await keys.press("Enter")
    await expect(visitor.page.locator("#source-title")).to_be_focused()
    await keys.press("Escape")
    assert await visitor.page.evaluate("document.activeElement.matches('.cite')")
    await press_until(visitor, "article.turn:last-of-type .steps")
    await keys.press("Enter")
    await press_until(visitor, ".chip")
    await keys.press("Space")
    await press_until(visitor, "retrieval-log .row:not([hidden]) summary")
    await keys.press("Enter")
    await expect(visitor.page.locator("retrieval-log .row-body").first).to_be_visible()
    await press_until(visitor, ".switch input", "Shift+Tab")
    await keys.press("ArrowRight")
    await expect(visitor.page.locator(".line-text")).to_contain_text("WebSocket")
    await press_until(visitor, "#toggle-developer")
    await keys.press("Enter")
    await expect(visitor.page.locator("#close-developer")).to_be_focused()
    await keys.press("Escape")
    await expect(visitor.page.locator("#toggle-developer")).to_be_focused()
    await press_until(visitor, "#theme")
    await keys.press("Enter")
    assert await visitor.page.evaluate("document.documentElement.dataset.theme") == "dark"
    await press_until(visitor, "#delete", "Shift+Tab")
    await keys.press("Enter")
    await press_until(visitor, "#confirm-yes")
    await keys.press("Enter")
    await expect(visitor.page.locator("#welcome")).to_be_visible()
    await expect(visitor.page.locator("#question")).to_be_focused()


async def test_the_focus_is_seen_everywhere(server: Server, visit: Open) -> None:
    visitor = await visit(server.page)
    await visitor.ask("What does error E-1020 mean?")
    await visitor.over()
    for _ in range(40):
        await visitor.page.keyboard.press("Tab")
        seen = await visitor.page.evaluate("""() => {
            const it = document.activeElement;
            if (it === document.body) return true;
            const around = it.closest('.box') ?? it;
            const label = it.matches('.switch input') ? it.nextElementSibling : around;
            const style = getComputedStyle(label);
            return style.outlineStyle !== 'none' || style.boxShadow !== 'none' ? true : it.outerHTML;
        }""")
        assert seen is True


async def test_nothing_moves_for_those_who_asked_for_stillness(
    server: Server, visit: Open, go: threading.Event
) -> None:
    visitor = await visit(server.page, reduced_motion="reduce")
    await visitor.ask(HELD)
    await visitor.writing()
    assert await visitor.page.evaluate("document.getAnimations().length") == 0
    go.set()
    await visitor.over()
