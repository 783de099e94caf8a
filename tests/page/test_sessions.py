"""A conversation as a whole: kept, shared, deleted, and looked at from outside with the lines that the page shows."""

import asyncio
import json
import os
import threading

from playwright.async_api import expect

from tests.page.conftest import Open
from tests.page.long_run import serve_run
from tests.page.serving import Server
from tests.page.visitor import HELD


async def test_a_session_is_kept_shared_begun_anew_and_deleted(server: Server, visit: Open) -> None:
    visitor = await visit(server.page)
    await visitor.ask("What does error E-1020 mean?")
    await visitor.over()
    first = await visitor.session
    await visitor.page.reload()
    await visitor.over()
    assert await visitor.session == first
    other = await visit(await visitor.copying(visitor.page.locator("#share")))
    await other.over()
    assert await other.copied() == await visitor.copied()
    await visitor.page.click("#new")
    await expect(visitor.page.locator("#welcome")).to_be_visible()
    await visitor.connected()
    assert await visitor.session != first
    await other.page.click("#delete")
    await other.page.get_by_role("button", name="Keep it").click()
    assert server.get(f"/api/session/{first}")["session_id"] == first
    await other.page.click("#delete")
    await other.page.get_by_role("button", name="Delete", exact=True).last.click()
    await expect(other.page.locator("#welcome")).to_be_visible()
    await other.connected()
    assert await other.session != first


async def test_a_deleted_session_is_told_to_whoever_still_looks_at_it(server: Server, visit: Open) -> None:
    visitor = await visit(server.page)
    await visitor.ask("What does error E-1020 mean?")
    await visitor.over()
    other = await visit(server.page, beside=visitor)
    await other.over()
    await visitor.page.click("#delete")
    await visitor.page.click("#confirm-yes")
    await expect(other.page.locator("#notice")).to_contain_text("no longer exists")
    await other.page.click("#notice-new")
    await other.ask("What does error E-1031 mean?")
    await other.over()


async def test_what_could_not_be_deleted_or_stopped_is_said_and_the_conversation_goes_on(
    server: Server, visit: Open, go: threading.Event
) -> None:
    visitor = await visit(server.page)
    visitor.cuts = True
    await visitor.ask(HELD)
    await visitor.writing(20)
    notice = visitor.page.locator("#notice")
    await visitor.page.route("**/cancel", lambda route: route.abort(), times=1)
    await visitor.page.click("#stop")
    await expect(notice).to_have_text(
        "The answer could not be stopped. The server cannot be reached. Check your connection, then try again.",
        use_inner_text=True,
    )
    await visitor.page.route("**/api/session/*", lambda route: route.abort(), times=1)
    await visitor.page.click("#delete")
    await visitor.page.click("#confirm-yes")
    await expect(notice).to_contain_text("The conversation could not be deleted.")
    go.set()
    await visitor.over()
    await visitor.connected()
    await visitor.ask("What does error E-1020 mean?")
    await expect(notice).to_be_hidden()
    await expect(visitor.page.locator("article.turn[data-status=completed]")).to_have_count(2)


async def test_the_drawer_shows_events_and_lines_that_work(server: Server, visit: Open) -> None:
    visitor = await visit(server.page)
    await visitor.ask("What does error E-1020 mean?")
    await visitor.over()
    await visitor.page.click("#toggle-developer")
    await expect(visitor.page.locator(".raw-type").first).to_have_text("run.started")
    await expect(visitor.page.locator(".raw-type").last).to_have_text("run.completed")
    await visitor.page.locator(".raw summary").last.click()
    whole = json.loads(await visitor.page.locator(".raw-whole pre").inner_text())
    assert whole["type"] == "run.completed"
    await run_line(await visitor.page.locator(".line-ask").inner_text())
    await expect(visitor.page.locator("article.turn[data-status=completed]")).to_have_count(2)
    follow = (await visitor.page.locator(".line-follow").inner_text()).replace(
        "/events?", f"/events?run={whole['run_id']}&"
    )
    assert "event: run.completed" in await run_line(follow)
    await visitor.page.keyboard.press("Escape")


async def test_the_drawer_keeps_up_with_what_arrives_and_fills_up_when_it_is_quiet(server: Server, visit: Open) -> None:
    visitor = await visit(server.page)
    await visitor.connected()
    await serve_run(visitor, 600, 4)
    await visitor.page.click("#toggle-developer")
    await visitor.page.click("#new")
    ids = visitor.page.locator(".raw-id")
    await expect(ids.last).to_have_text("7-606")
    await expect(ids).to_have_count(200)
    assert await ids.all_inner_texts() == [f"7-{n}" for n in range(407, 607)]
    await expect(ids.last).to_be_in_viewport()


async def run_line(line: str, **env: str) -> str:
    """What a line says when it is pasted into a shell; it must end well."""
    process = await asyncio.create_subprocess_shell(
        line + " --fail --silent --show-error",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **env},
    )
    said, complaint = await process.communicate()
    assert process.returncode == 0, complaint.decode()
    return said.decode()
