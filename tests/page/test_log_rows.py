"""The rows of the retrieval log: what a cache hit says, what went wrong, and what this page does not know yet."""

import json
from typing import Any

from playwright.async_api import expect

from tests.page.conftest import Open
from tests.page.serving import Server
from tests.page.test_access import violations
from tests.page.visitor import Visitor


async def open_rows(visitor: Visitor) -> dict[str, str]:
    """What lies beneath each row, by its type."""
    beneath = {}
    for row in await visitor.rows.all():
        await row.locator("summary").click()
        beneath[str(await row.get_attribute("data-type"))] = await row.locator(".row-body").inner_text()
    return beneath


async def told_again(visitor: Visitor, events: list[Any]) -> None:
    """The page, loaded anew, is told these events."""
    stream = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    await visitor.page.route(
        "**/events?after=0-0",
        lambda route: route.fulfill(headers={"Content-Type": "text/event-stream"}, body=stream),
    )
    await visitor.page.reload()
    await visitor.over()


async def test_a_semantic_hit_says_how_alike_the_questions_are(server: Server, visit: Open) -> None:
    visitor = await visit(server.page)
    await visitor.ask("How long can I try it out before I have to pay?")
    await visitor.over()
    await visitor.page.click("#new")
    await visitor.ask("How long could I try it out before I have to pay?")
    await visitor.over()
    row = visitor.page.locator(".row[data-type=cache]")
    assert (await visitor.events())[-1]["data"]["metrics"]["cache_status"] == "hit"
    await expect(row.locator(".row-aside")).to_contain_text("in other words, 9")
    assert "Hit: the same question in other words" in (await open_rows(visitor))["cache"]
    await expect(row.locator(".near")).to_contain_text("%")
    await expect(visitor.turn().locator(".confidence")).to_contain_text("from an earlier answer")


async def test_a_warning_is_seen_and_unknown_fields_are_shown(server: Server, visit: Open) -> None:
    """The server's own events, with what a newer server could add."""
    visitor = await visit(server.page)
    await visitor.ask("What does error E-1020 mean?")
    await visitor.over()
    events = await visitor.events()
    for event in events:
        if event["type"] == "vector_search":
            event["data"] |= {"status": "warning", "title": "Reranking failed"}
            more = {"reranked": False, "dropped_markers": [3, 4], "margin": 0.123456, "nothing": None}
            event["data"]["data"] |= more | {"details": {"tries": 2, "of": {"three": 3}}}
        if event["type"] == "routing":
            event["data"]["data"]["also"] = [{"target_agent": "billing", "confidence": 0.41}]
    await told_again(visitor, events)
    row = visitor.page.locator(".row[data-type=vector_search]")
    await expect(row.locator(".row-status")).to_have_text("Warning")
    await expect(visitor.turn().locator(".steps")).to_have_text("Steps, 1 warning")
    beneath = await open_rows(visitor)
    for told in ("Reranked\nno", "Dropped markers\n3, 4", "Margin\n0.1235", "Tries: 2", "Three: 3"):
        assert told in beneath["vector_search"]
    assert "Nothing" not in beneath["vector_search"]
    assert "Also\nBilling 41%" in beneath["routing"]
    for theme in ("light", "dark"):
        await visitor.page.emulate_media(color_scheme=theme)
        assert await violations(visitor) == []


async def test_what_the_documents_do_not_say_is_no_warning(server: Server, visit: Open) -> None:
    """The server's own events, with the verdict that only a part is in the documents."""
    visitor = await visit(server.page)
    await visitor.ask("What does error E-1020 mean?")
    await visitor.over()
    events = await visitor.events()
    for event in events:
        if event["type"] == "documents":
            event["data"]["status"] = "warning"
            event["data"]["data"]["verdict"] = "partial"
    await told_again(visitor, events)
    row = visitor.page.locator(".row[data-type=documents]")
    await expect(row.locator(".row-status")).to_have_text("In part")
    await expect(visitor.turn().locator(".steps")).to_have_text("Steps")


async def test_a_verdict_says_what_a_model_said_about_it_and_that_it_was_asked_in_vain(
    server: Server, visit: Open
) -> None:
    """The server's own events, with the verdict as one with thin evidence has it."""
    visitor = await visit(server.page)
    await visitor.ask("What does error E-1020 mean?")
    await visitor.over()
    told = {"reasoning": "The model says partly."}, {"warning": "The model was asked in vain."}
    for more, status, steps, beneath in (
        (told[0], "In part", "Steps", "Reason\nThe model says partly."),
        (told[1], "Warning", "Steps, 1 warning", "Warning\nThe model was asked in vain."),
    ):
        events = await visitor.events()
        for event in events:
            if event["type"] == "documents":
                event["data"]["status"] = "warning"
                event["data"]["data"] |= {"verdict": "partial", **more}
        await told_again(visitor, events)
        await expect(visitor.page.locator(".row[data-type=documents] .row-status")).to_have_text(status)
        await expect(visitor.turn().locator(".steps")).to_have_text(steps)
        assert beneath in (await open_rows(visitor))["documents"]


async def test_on_a_phone_the_steps_and_the_drawer_take_turns(server: Server, visit: Open) -> None:
    visitor = await visit(server.page, viewport={"width": 390, "height": 780})
    await visitor.ask("What does error E-1020 mean?")
    await visitor.over()
    page = visitor.page
    steps, drawer = page.locator("#toggle-panel"), page.locator("#toggle-developer")
    await steps.click()
    await expect(steps).to_have_attribute("aria-expanded", "true")
    await drawer.click()
    await expect(page.locator("#panel")).to_be_hidden()
    await expect(steps).to_have_attribute("aria-expanded", "false")
    await visitor.turn().locator(".steps").click()
    await expect(page.locator("#panel")).to_be_visible()
    await expect(page.locator("#developer")).to_be_hidden()
    await expect(drawer).to_have_attribute("aria-expanded", "false")


async def test_on_a_phone_a_source_gives_way_to_what_was_there_before(server: Server, visit: Open) -> None:
    visitor = await visit(server.page, viewport={"width": 390, "height": 780})
    await visitor.ask("What does error E-1020 mean?")
    await visitor.over()
    page = visitor.page
    cite, steps = visitor.prose().locator(".cite").first, page.locator("#toggle-panel")
    await cite.click()
    await expect(page.locator("#source")).to_be_visible()
    await expect(steps).to_have_attribute("aria-expanded", "false")
    await page.keyboard.press("Escape")
    await expect(page.locator("#panel")).to_be_hidden()
    await expect(cite).to_be_focused()
    await cite.click()
    await steps.click()
    await expect(page.locator("#source")).to_be_hidden()
    await expect(page.locator("retrieval-log")).to_be_visible()
    await cite.click()
    await page.keyboard.press("Escape")
    await expect(page.locator("retrieval-log")).to_be_visible()
    await visitor.rows.first.locator("summary").press("Escape")
    await expect(page.locator("#panel")).to_be_hidden()
    await expect(steps).to_be_focused()
