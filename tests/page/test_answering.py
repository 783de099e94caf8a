"""A question and its answer, as somebody at the page sees them."""

import json
import threading

from playwright.async_api import expect

from tests.page.conftest import Open
from tests.page.serving import Server
from tests.page.visitor import HELD

REFUND = "Can I get a refund on an annual subscription?"


async def test_rows_appear_in_order_and_before_the_answer_is_complete(
    server: Server, visit: Open, go: threading.Event
) -> None:
    visitor = await visit(server.page)
    await visitor.ask(HELD)
    await visitor.writing(20)
    assert await visitor.turn().get_attribute("data-status") == "running"
    seen = await visitor.rows.evaluate_all("rows => rows.map(row => [row.dataset.type, Number(row.dataset.ms)])")
    assert [kind for kind, _ in seen] == ["routing", "vector_search", "documents"]
    times = [ms for _, ms in seen]
    assert times == sorted(times)
    go.set()
    await visitor.over()
    events = await visitor.events()
    kinds = [event["type"] for event in events]
    assert kinds.index("routing") < kinds.index("vector_search") < kinds.index("documents") < kinds.index("token")
    took = events[-1]["data"]["metrics"]["latency"]
    assert max(times) < took
    assert "First word after" in await visitor.page.locator(".fall-summary").inner_text()
    assert await visitor.page.locator(".metrics dt").all_inner_texts() == ["Tokens", "Cost", "Time", "Cache"]


async def test_a_citation_opens_its_source_at_the_sentence(server: Server, visit: Open, go: threading.Event) -> None:
    visitor = await visit(server.page)
    await visitor.ask(HELD)
    await visitor.writing(100)
    source = visitor.page.locator("#source")
    await visitor.prose().locator(".cite").first.click()  # in mid-answer
    await expect(source).to_be_visible()
    mid = await source.get_attribute("data-chunk")
    await source.get_by_role("button", name="Close").click()
    go.set()
    await visitor.over()
    completed = (await visitor.events())[-1]["data"]
    cited = next(each for each in completed["sources"] if each.get("marker") == 1)
    await visitor.prose().locator(".cite").first.click()
    assert await source.get_attribute("data-chunk") == cited["chunk_id"] == mid
    assert await source.locator("a").get_attribute("href") == cited["url"]
    assert cited["title"] in await source.locator("h2").inner_text()
    marked = source.locator("mark")
    assert "X-Pellmere-Signature" in await marked.inner_text()
    await expect(marked).to_be_in_viewport()
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.prose().locator(".cite").first).to_be_focused()


async def test_each_marker_opens_the_source_it_names(server: Server, visit: Open) -> None:
    visitor = await visit(server.page)
    await visitor.ask(REFUND)
    await visitor.over()
    sources = {str(s["marker"]): s for s in (await visitor.events())[-1]["data"]["sources"] if "marker" in s}
    links = visitor.turn().locator(".source-link")
    assert await links.count() > 0
    for n in range(await links.count()):
        marker = await links.nth(n).locator(".source-number").inner_text()
        await links.nth(n).click()
        source = visitor.page.locator("#source")
        assert await source.get_attribute("data-chunk") == sources[marker]["chunk_id"]
        assert await source.locator("mark").inner_text() in sources[marker]["content"].replace("**", "").replace(
            "`", ""
        )


async def test_a_row_opens_to_show_what_lies_beneath(server: Server, visit: Open) -> None:
    visitor = await visit(server.page)
    await visitor.ask("In which country are our files stored?")
    await visitor.over()
    beneath = {}
    for n in range(await visitor.rows.count()):
        row = visitor.rows.nth(n)
        await row.locator("summary").click()
        beneath[await row.get_attribute("data-type")] = await row.locator(".row-body").inner_text()
    assert "Runner-up" in beneath["routing"]
    assert "Reason" in beneath["routing"]
    assert "Looked up" in beneath["vector_search"]
    assert "Hit rate" in beneath["cache"]
    assert "Verdict" in beneath["documents"]
    assert await visitor.page.locator(".chunk .bar").count() > 0


async def test_types_are_filtered_and_an_earlier_answers_rows_come_back(server: Server, visit: Open) -> None:
    visitor = await visit(server.page)
    await visitor.ask("What does error E-1020 mean?")
    await visitor.over()
    await visitor.ask(REFUND)
    await expect(visitor.page.locator("article.turn[data-status=completed]")).to_have_count(2)
    await expect(visitor.page.locator("retrieval-log .log-question")).to_have_text(REFUND)
    await visitor.turn(0).get_by_role("button", name="Steps").click()
    await expect(visitor.page.locator("retrieval-log .log-question")).to_have_text("What does error E-1020 mean?")
    await expect(visitor.rows).to_have_count(3)
    await visitor.page.locator(".chip", has_text="Search").click()
    await expect(visitor.page.locator("retrieval-log .row:visible")).to_have_count(2)
    why = visitor.page.locator(".log-empty")
    await expect(why).to_be_hidden()
    for kind in ("Routing", "Cache", "Evidence"):
        await visitor.page.locator(".chip", has_text=kind).click()
    await expect(why).to_have_text("Its steps are all of kinds that are not shown.")


async def test_the_agents_show_who_is_at_work(server: Server, visit: Open, go: threading.Event) -> None:
    visitor = await visit(server.page)
    agents = visitor.page.locator(".agent")
    assert await agents.locator(".agent-status").all_inner_texts() == ["Idle"] * 4
    await visitor.ask(HELD)
    await visitor.writing(20)
    assert await agents.locator(".agent-status").all_inner_texts() == ["Done", "Idle", "Active", "Idle"]
    go.set()
    await visitor.over()
    assert await agents.locator(".agent-status").all_inner_texts() == ["Done", "Idle", "Done", "Idle"]


async def test_stop_stops_on_the_server_too(server: Server, visit: Open, go: threading.Event) -> None:
    visitor = await visit(server.page)
    await visitor.ask(HELD)
    await visitor.writing(60)
    await visitor.page.click("#stop")
    await visitor.over("cancelled")
    session = server.get(f"/api/session/{await visitor.session}")
    assert session["turns"][-1]["status"] == "cancelled"
    assert "active_run" not in session
    assert (await visitor.events())[-1]["type"] == "run.cancelled"
    await expect(visitor.page.locator("#stop")).to_be_hidden()
    await expect(visitor.page.locator("[data-agent=technical] .agent-status")).to_have_text("Stopped")
    go.set()
    await visitor.turn().get_by_role("button", name="Ask again").click()
    await expect(visitor.page.locator("article.turn")).to_have_count(2)
    await visitor.over()


async def test_an_answer_is_announced_once_at_its_end(server: Server, visit: Open, go: threading.Event) -> None:
    visitor = await visit(server.page)
    await visitor.page.evaluate("""() => {
        window.said = [];
        const note = (list) => list.forEach(() => {
            const text = document.querySelector('#announcer').textContent;
            if (text) window.said.push(text);
        });
        new MutationObserver(note).observe(document.querySelector('#announcer'), {childList: true});
    }""")
    await visitor.ask(HELD)
    go.set()
    await visitor.over()
    await visitor.page.wait_for_function("window.said.length > 0")
    said = await visitor.page.evaluate("window.said")
    assert len(set(said)) == 1
    assert said[0].startswith("Technical answered: Each delivery carries")
    assert " ." not in said[0]
    assert await visitor.page.locator("chat-thread [aria-live], chat-thread[aria-live]").count() == 0


async def test_a_reader_who_scrolled_up_is_left_in_peace(server: Server, visit: Open, go: threading.Event) -> None:
    visitor = await visit(server.page, viewport={"width": 900, "height": 420})
    await visitor.ask(HELD)
    await visitor.writing(300)
    thread = visitor.page.locator("chat-thread")
    await thread.hover()
    await visitor.page.mouse.wheel(0, -2000)
    await expect(visitor.page.locator(".latest")).to_be_visible()
    await visitor.page.wait_for_function("document.querySelector('chat-thread').scrollTop === 0")
    before = await visitor.prose().inner_text()
    go.set()
    await visitor.over()
    assert len(await visitor.prose().inner_text()) > len(before)
    assert await thread.evaluate("each => each.scrollTop") == 0
    await visitor.page.click(".latest")
    await visitor.page.wait_for_function(
        "(t => t.scrollHeight - t.scrollTop - t.clientHeight < 4)(document.querySelector('chat-thread'))"
    )


async def test_a_window_that_gets_smaller_leaves_a_reader_at_the_end(
    server: Server, visit: Open, go: threading.Event
) -> None:
    visitor = await visit(server.page, viewport={"width": 390, "height": 780})
    await visitor.ask(HELD)
    await visitor.writing(300)
    # The browser tells of a move by an event of the next frame, by when the steps may have been opened.
    await visitor.page.evaluate(
        "document.querySelector('#toggle-panel').click();"
        "document.querySelector('chat-thread').dispatchEvent(new Event('scroll'))"
    )
    go.set()
    await visitor.over()
    await expect(visitor.page.locator(".latest")).to_be_hidden()
    await visitor.page.wait_for_function(
        "(t => t.scrollHeight - t.scrollTop - t.clientHeight < 4)(document.querySelector('chat-thread'))"
    )


PRICES = "Prices are these.\n\n| Plan | Price |\n|---|---|\n| Starter | 6 EUR |\n| Team | 15 EUR |\n\nAsk us for more."


async def test_a_table_of_a_source_is_a_table_and_its_row_is_marked(server: Server, visit: Open) -> None:
    """The server's own events, with an answer that is a table and its marker alone beneath it."""
    visitor = await visit(server.page)
    await visitor.ask("What does error E-1020 mean?")
    await visitor.over()
    events = await visitor.events()
    answer = "| Plan | Price |\n|---|---|\n| Team | 15 EUR |\n\n[1]\n"
    told = [event for event in events if event["type"] != "token"]
    token = next(event for event in events if event["type"] == "token")
    token["data"] = {"text": answer, "offset": 0}
    told[-1]["data"] |= {"message": answer}
    for source in told[-1]["data"]["sources"]:
        source["content"] = PRICES
    stream = "".join(f"data: {json.dumps(event)}\n\n" for event in [told[0], token, *told[1:]])
    await visitor.page.route(
        "**/events?after=0-0",
        lambda route: route.fulfill(headers={"Content-Type": "text/event-stream"}, body=stream),
    )
    await visitor.page.reload()
    await visitor.over()
    await visitor.prose().locator(".cite").click()
    source = visitor.page.locator("#source")
    assert await source.locator("tr").all_inner_texts() == ["Plan\tPrice", "Starter\t6 EUR", "Team\t15 EUR"]
    assert await source.locator("mark").all_inner_texts() == ["Team", "15 EUR"]
    assert "|" not in await source.locator(".source-text").inner_text()


GROWN = """async () => {
  const { Answer } = await import("/demo/answer.js");
  const { el } = await import("/demo/dom.js");
  const root = document.body.appendChild(el("div"));
  const answer = new Answer(root, (n) => el("button", { "data-marker": n }, String(n)));
  answer.update("One [1], two [2], again [1]", false);
  const before = root.querySelectorAll("[data-marker='1']")[1];
  before.focus();
  answer.update("One [1], two [2], again [1] and more [3]", false);
  const after = root.querySelectorAll("[data-marker='1']")[1];
  return [before.isConnected, document.activeElement === after];
}"""


async def test_the_focus_stays_on_a_citation_while_its_sentence_grows(server: Server, visit: Open) -> None:
    visitor = await visit(server.page)
    await visitor.ask("What does error E-1020 mean?")
    await visitor.over()
    assert await visitor.page.evaluate(GROWN) == [False, True]
    cite = visitor.prose().locator(".cite").first
    await cite.press("Enter")
    await cite.evaluate("it => it.replaceWith(it.cloneNode(true))")  # as an answer does that grows behind the source
    await visitor.page.keyboard.press("Escape")
    await expect(cite).to_be_focused()
