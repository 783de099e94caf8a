"""How somebody at the page asks, and what becomes of a question that is not taken at once."""

import json
import re
import threading

from playwright.async_api import expect

from tests.page.conftest import Open
from tests.page.serving import Server
from tests.page.visitor import HELD, Visitor


async def test_enter_sends_shift_enter_breaks_the_line_and_the_caret_stays(
    server: Server, visit: Open, go: threading.Event
) -> None:
    visitor = await visit(server.page)
    await visitor.connected()
    field = visitor.page.locator("#question")
    await expect(field).to_be_focused()
    await visitor.page.keyboard.type("How do I verify a webhook's signature?")
    await visitor.page.keyboard.press("Shift+Enter")
    await visitor.page.keyboard.type("Tell me slowly, and wait for me.")
    assert await field.input_value() == HELD.replace("? ", "?\n")
    await visitor.page.keyboard.press("Enter")
    await visitor.page.keyboard.type("and a next one, ")
    await visitor.writing(40)
    await visitor.page.keyboard.type("written meanwhile")
    assert await field.input_value() == "and a next one, written meanwhile"
    await expect(field).to_be_focused()
    go.set()
    await visitor.over()
    assert await field.input_value() == "and a next one, written meanwhile"


async def test_an_enter_that_accepts_a_composed_word_sends_nothing(server: Server, visit: Open) -> None:
    """As input methods for Japanese or Chinese have it; Safari tells it by the key's code alone."""
    visitor = await visit(server.page)
    await visitor.connected()
    await visitor.page.locator("#question").fill("webhook")
    for told in ({"isComposing": True}, {"keyCode": 229}):
        await visitor.page.locator("#question").dispatch_event("keydown", {"key": "Enter", **told})
    assert await visitor.page.locator("#question").input_value() == "webhook"
    await expect(visitor.page.locator("article.turn")).to_have_count(0)


async def test_a_question_asked_meanwhile_waits_for_its_turn(server: Server, visit: Open, go: threading.Event) -> None:
    visitor = await visit(server.page)
    await visitor.ask(HELD)
    await visitor.writing(20)
    await visitor.ask("What does error E-1031 mean?")
    await expect(visitor.page.locator("article.pending .note")).to_have_text("Waiting for its turn…")
    go.set()
    await expect(visitor.page.locator("article.turn[data-status=completed]")).to_have_count(2)
    await expect(visitor.page.locator("article.pending")).to_have_count(0)


async def test_an_example_is_asked_with_one_press(server: Server, visit: Open) -> None:
    visitor = await visit(server.page)
    await visitor.connected()
    await visitor.page.locator(".example").first.click()
    await visitor.over()
    await expect(visitor.page.locator("#question")).to_be_focused()


async def answer_429(visitor: Visitor, seconds: str) -> None:
    body = {"error": {"code": "rate_limited", "message": "Slow down.", "timestamp": "", "requestId": "1"}}
    await visitor.page.route(
        "**/api/chat",
        lambda route: route.fulfill(
            status=429, headers={"Retry-After": seconds, "Content-Type": "application/json"}, body=json.dumps(body)
        ),
        times=1,
    )


async def test_a_rate_limit_is_told_with_its_seconds_and_the_question_kept(server: Server, visit: Open) -> None:
    visitor = await visit(server.page)
    visitor.allows = r"status of 429"
    await visitor.page.clock.install()
    await answer_429(visitor, "60")
    await visitor.ask("What does error E-1020 mean?")
    note = visitor.page.locator("article.pending .note")
    again = visitor.page.get_by_role("button", name="Try again")
    await expect(note).to_contain_text(re.compile("Try again in [45][0-9] seconds|in 60 seconds"))
    await expect(again).to_be_disabled()
    await visitor.page.clock.fast_forward(60_000)
    await expect(note).to_contain_text("Try again now.")
    await again.click()
    await visitor.over()
    assert len(server.get(f"/api/session/{await visitor.session}")["turns"]) == 1


async def test_a_question_given_up_gives_the_caret_back(server: Server, visit: Open) -> None:
    visitor = await visit(server.page)
    visitor.allows = r"status of 429"
    await answer_429(visitor, "60")
    await visitor.ask("What does error E-1020 mean?")
    await visitor.page.get_by_role("button", name="Discard").press("Enter")
    await expect(visitor.page.locator("article.pending")).to_have_count(0)
    await expect(visitor.page.locator("#question")).to_be_focused()


async def test_a_newcomer_who_is_refused_is_told_when_to_come_back(server: Server, visit: Open) -> None:
    visitor = await visit(server.page)
    visitor.allows = r"status of 429"
    await visitor.connected()
    await visitor.page.clock.install()
    await visitor.page.route(
        "**/api/session",
        lambda route: route.fulfill(status=429, headers={"Retry-After": "60"}, body="{}"),
        times=1,
    )
    await visitor.page.click("#new")
    notice = visitor.page.locator("#notice-text")
    await expect(notice).to_contain_text(re.compile("Try again in ([45][0-9]|60) seconds"))
    await expect(visitor.page.locator("#announcer")).to_contain_text("Try again in")
    await visitor.page.clock.fast_forward(60_000)
    await expect(notice).to_contain_text("Try again now.")
    await visitor.page.click("#notice-new")
    await visitor.connected()
    await expect(visitor.page.locator("#notice")).to_be_hidden()
