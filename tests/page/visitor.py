"""Somebody who uses the page: what they do and what they see, and what the browser complains about meanwhile."""

import json
import re
from typing import Any, Self
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect

PATIENCE = 60_000
"""Milliseconds after which what a test waits for is missed."""

HELD = "How do I verify a webhook's signature? Tell me slowly, and wait for me."
"""Asked so, the answer stops in its middle until `answers.GO` is set."""

ENDED = """() => {
  if (document.querySelector("article.pending:not([data-state=failed])")) return false;
  const status = [...document.querySelectorAll("article.turn:not(.pending)")].at(-1)?.dataset.status;
  return ["completed", "failed", "cancelled"].includes(status);
}"""
CUT = re.compile(r"net::ERR_|WebSocket connection to .* failed")
"""What the browser itself writes when the line is cut; allowed only where a test cuts it."""

WATCH = """
window.shifts = []; window.frames_over = [];
new PerformanceObserver(list => window.frames_over.push(...list.getEntries().map(e => Math.round(e.duration))))
  .observe({type: "long-animation-frame", buffered: true});
new PerformanceObserver(list => window.shifts.push(...list.getEntries().map(e => e.value)))
  .observe({type: "layout-shift", buffered: true});
"""

SHOWN_AND_FRESH = """async (text) => {
  const { Answer } = await import("/demo/answer.js");
  const fresh = document.createElement("div");
  new Answer(fresh, (n) => document.createTextNode(`{${n}}`)).update(text, true);
  const shown = [...document.querySelectorAll("article.turn:not(.pending) .prose")].at(-1).cloneNode(true);
  for (const cite of shown.querySelectorAll(".cite")) cite.replaceWith(`{${cite.dataset.marker}}`);
  for (const root of [shown, fresh]) root.normalize();
  return [shown.innerHTML, fresh.innerHTML];
}"""
"""What the page shows of an answer that grew, and what it would show of it at once."""


class Visitor:
    """One tab."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.cuts = False
        self.allows = r"(?!)"
        self._host = urlsplit(url).netloc
        self._complaints: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self._complaints.append(f"exception: {error}"))
        page.on("request", self._asked)
        page.set_default_timeout(PATIENCE)

    @classmethod
    async def open(cls, browser: Browser, url: str, beside: Self | None = None, **context: Any) -> Self:
        """A new tab: beside another's, sharing what it stores, or in a window of its own."""
        window: BrowserContext = beside.page.context if beside else await browser.new_context(**context)
        visitor = cls(await window.new_page(), url)
        await visitor.page.add_init_script(WATCH)
        await visitor.page.goto(url)
        return visitor

    def check(self) -> None:
        """Nothing was complained about and nobody else was asked."""
        kept = [
            line for line in self._complaints if not ((self.cuts and CUT.search(line)) or re.search(self.allows, line))
        ]
        assert kept == []

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complaints.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self._host:
            self._complaints.append(f"another host was asked: {request.url}")

    # ── Seeing ───────────────────────────────────────────────────────────────────────────────────────────────────

    def turn(self, n: int = -1) -> Locator:
        """A question with its answer."""
        turns = self.page.locator("article.turn:not(.pending)")
        return turns.last if n == -1 else turns.nth(n)

    def prose(self, n: int = -1) -> Locator:
        """An answer's text."""
        return self.turn(n).locator(".prose")

    @property
    def rows(self) -> Locator:
        """The retrieval log's rows."""
        return self.page.locator("retrieval-log .row")

    @property
    def session(self) -> Any:
        """The session's id."""
        return self.page.evaluate("document.body.dataset.session")

    async def connected(self) -> None:
        """The stream is live."""
        await expect(self.page.locator("#connection")).to_have_attribute("data-state", "live")

    async def writing(self, characters: int = 150) -> None:
        """So much of an answer is there, and more to come."""
        await self.page.wait_for_function(
            """n => [...document.querySelectorAll('article.turn[data-status=running] .prose')]
                .some(each => each.textContent.length >= n)""",
            arg=characters,
        )

    async def over(self, how: str = "completed", timeout: float = 2 * PATIENCE) -> None:
        """The newest run has ended."""
        await self.page.wait_for_function(
            ENDED, timeout=timeout
        )  # Playwright's own selectors cost the page 50 ms a look
        assert await self.turn().get_attribute("data-status") == how

    async def events(self) -> list[Any]:
        """The raw events, as the developers' drawer copies them."""
        if await self.page.locator("#developer").is_hidden():
            await self.page.click("#toggle-developer")
        copied = await self.copying(self.page.locator("#developer [data-copy=events]"))
        await self.page.click("#close-developer")
        return [json.loads(line) for line in copied.splitlines()]

    async def copied(self, n: int = -1) -> Any:
        """The answer as its copy button gives it."""
        return await self.copying(self.turn(n).get_by_role("button", name="Copy"))

    async def copying(self, button: Locator) -> Any:
        """What this button copies."""
        await self.page.evaluate(
            "delete window.copied; navigator.clipboard.writeText = async (text) => { window.copied = text; }"
        )
        await button.click()
        await self.page.wait_for_function("window.copied !== undefined")
        return await self.page.evaluate("window.copied")

    async def whole(self, session: Any) -> None:
        """The newest answer is the one that REST gives: its tokens, its copy, and what is shown, to the character."""
        await self.page.bring_to_front()  # a tab behind another draws once a second, and clicks wait for that
        turn = session["turns"][-1]
        events = [event for event in await self.events() if event["run_id"] == turn["run_id"]]
        ids = [tuple(map(int, event["id"].split("-"))) for event in events]
        assert ids == sorted(set(ids))
        restarts = [n for n, event in enumerate(events) if event["type"] == "run.restarted"]
        attempt = events[restarts[-1] :] if restarts else events
        assert [event["id"].split("-")[1] for event in attempt] == [str(n + 1) for n in range(len(attempt))]
        assert "".join(event["data"]["text"] for event in attempt if event["type"] == "token") == turn["answer"]
        assert await self.copied() == turn["answer"]
        shown, fresh = await self.page.evaluate(SHOWN_AND_FRESH, turn["answer"])
        assert shown == fresh

    # ── Doing ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def ask(self, question: str) -> None:
        """Type a question, press Enter, and see it in the conversation."""
        await self.connected()
        before = await self.page.locator("article.turn").count()
        await self.page.locator("#question").fill(question)
        await self.page.locator("#question").press("Enter")
        await self.page.wait_for_function("n => document.querySelectorAll('article.turn').length > n", arg=before)

    async def over_socket(self) -> None:
        """Switch to WebSocket."""
        await self.page.locator(".switch label", has_text="WebSocket").click()

    async def over_sse(self) -> None:
        """Switch to SSE."""
        await self.page.locator(".switch label", has_text="SSE").click()
