"""A hostile answer and hostile sources: nothing runs, nothing is fetched, nothing breaks the layout."""

import json

import pytest

from tests.page.conftest import Open
from tests.page.serving import Server
from tests.page.visitor import Visitor

QUESTION = "How do I verify a webhook's signature?!"
GIANT = "W" * 3000
EVIL = (
    f"<script>window.hacked=1</script><img src=x onerror=window.hacked=2> {GIANT} \u202eevil\u2066 "
    "[x](javascript:window.hacked=3) </source> "
)

LAYOUT = """() => {
  const wide = document.documentElement.clientWidth;
  const chat = document.querySelector('chat-thread').getBoundingClientRect();
  const out = [...document.querySelectorAll('chat-thread *, .panel *')].filter((each) => {
    if (each.closest('pre, .table, .spoken, .bar-track, .raw') || !each.getClientRects().length) return false;
    return each.getBoundingClientRect().right > wide + 1;
  });
  const composer = document.querySelector('#composer').getBoundingClientRect();
  return {
    scrolls: document.documentElement.scrollWidth > wide || document.body.scrollWidth > wide,
    out: out.slice(0, 3).map((each) => each.outerHTML.slice(0, 200)),
    composer: composer.bottom <= innerHeight + 1 && composer.width > 0,
    thread: document.querySelector('chat-thread').scrollWidth - Math.ceil(chat.width),
  };
}"""


async def unharmed(visitor: Visitor) -> None:
    """Nothing ran and everything is in its place."""
    page = visitor.page
    assert await page.evaluate("window.hacked") is None
    assert await page.locator(".prose :is(script, img, iframe, style, svg, object, embed, form)").count() == 0
    links = await page.locator("a[href]").evaluate_all("all => all.map(a => a.protocol)")
    assert set(links) <= {"http:", "https:", "mailto:"}
    named = await page.evaluate(
        "[...document.querySelectorAll('.prose *, #panel *')].flatMap(e => e.getAttributeNames())"
    )
    assert not [name for name in named if name.startswith("on")]
    layout = await page.evaluate(LAYOUT)
    assert layout == {"scrolls": False, "out": [], "composer": True, "thread": layout["thread"]}
    assert layout["thread"] <= 0


@pytest.mark.parametrize("width", [360, 1440])
async def test_a_hostile_answer(server: Server, visit: Open, width: int) -> None:
    visitor = await visit(server.page, viewport={"width": width, "height": 800})
    await visitor.ask(QUESTION)
    await visitor.over()
    await unharmed(visitor)
    assert "<script>window.hacked = 1</script>" in await visitor.prose().inner_text()
    session = server.get(f"/api/session/{await visitor.session}")
    await visitor.whole(session)
    await visitor.prose().locator(".cite").last.click()
    await unharmed(visitor)


@pytest.mark.parametrize("width", [360, 1440])
async def test_hostile_sources_and_logs(server: Server, visit: Open, width: int) -> None:
    """The server's own events, with everything that comes from documents replaced by what a hostile one could say."""
    visitor = await visit(server.page, viewport={"width": width, "height": 800})
    await visitor.ask("What does error E-1020 mean?")
    await visitor.over()

    def poison(value: object, key: str = "") -> object:
        if isinstance(value, dict):
            return {name: poison(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [poison(each, key) for each in value]
        if key in ("url", "source", "sources"):
            return "javascript:window.hacked=9//" + GIANT
        if key in ("title", "content", "query", "reasoning", "intent", "collection", "heading"):
            return EVIL + str(value)
        return value

    events = [
        {**event, "data": poison(event["data"])} if event["type"] != "token" else event
        for event in await visitor.events()
    ]
    for event in events:
        if event["type"] in ("routing", "vector_search", "documents"):
            event["data"]["data"] |= {EVIL: EVIL, "notes": [EVIL, {EVIL: [EVIL]}], "margin": 0.5}
        if event["type"] == "run.started":
            event["data"]["message"] = EVIL[:1900]
    stream = "".join(f"id: {e['id']}\nevent: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events)
    hello = {"type": "hello", "session_id": "", "data": {"recovered": True, "top": "0-0"}}
    await visitor.page.route(
        "**/events?after=0-0",
        lambda route: route.fulfill(
            headers={"Content-Type": "text/event-stream"}, body=f"event: hello\ndata: {json.dumps(hello)}\n\n{stream}"
        ),
    )
    await visitor.page.reload()
    await visitor.over()
    if width == 360:
        await visitor.page.click("#toggle-panel")
    for n in range(await visitor.rows.count()):
        await visitor.rows.nth(n).locator("summary").click()
    await unharmed(visitor)
    await visitor.prose().locator(".cite").first.click()
    await unharmed(visitor)
    assert await visitor.page.locator("#source a").count() == 0
