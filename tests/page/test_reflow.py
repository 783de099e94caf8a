"""However small the window, however large the letters, and on paper: all is there to be read."""

import re
from itertools import pairwise

import pytest
from playwright.async_api import expect

from tests.page.conftest import Open
from tests.page.serving import Server
from tests.page.visitor import Visitor

QUESTION = "What does error E-1020 mean?"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def in_reach(visitor: Visitor, selector: str) -> None:
    """Scrolled to, it is seen as a whole and nothing lies over it."""
    place = visitor.page.locator(selector).last
    await place.scroll_into_view_if_needed()
    await place.click(trial=True)
    await expect(place).to_be_in_viewport(ratio=0.9)


@pytest.mark.parametrize(
    ("width", "height"), [(320, 256), (360, 225), (844, 390)], ids=["400%", "small phone, 200%", "phone, lying"]
)
async def test_a_window_too_low_for_everything_is_scrolled(
    server: Server, visit: Open, width: int, height: int
) -> None:
    visitor = await visit(server.page, viewport={"width": width, "height": height})
    await visitor.ask(QUESTION)
    await visitor.over()
    assert await visitor.page.locator("chat-thread").evaluate("it => it.clientHeight") >= 64
    for selector in (".prose .cite", "#question", "#new", "#toggle-panel"):
        await in_reach(visitor, selector)
    await visitor.page.click("#toggle-panel")
    await in_reach(visitor, "retrieval-log .row summary")
    await in_reach(visitor, "#toggle-panel")
    await visitor.page.click("#toggle-developer")
    await expect(visitor.page.locator(".raw-type").last).to_have_text("run.completed")
    await in_reach(visitor, "#developer .raw summary")
    await in_reach(visitor, "#question")
    assert await visitor.page.evaluate(OVERFLOW) == 0


@pytest.mark.parametrize("width", [390, 1440])
async def test_letters_of_twice_the_size_lose_nothing(server: Server, visit: Open, width: int) -> None:
    visitor = await visit(server.page, viewport={"width": width, "height": 844})
    await visitor.page.evaluate("document.documentElement.style.fontSize = '200%'")
    await visitor.ask(QUESTION)
    await visitor.over()
    assert await visitor.page.evaluate(OVERFLOW) == 0
    for selector in (".prose .cite", "#question", ".tool >> nth=-1", ".switch label >> nth=-1"):
        await in_reach(visitor, selector)
    if width == 390:
        await visitor.page.click("#toggle-panel")
    names = await visitor.page.locator(".agent-name").evaluate_all("all => all.map(it => it.getBoundingClientRect())")
    assert all(one["right"] <= other["left"] or other["top"] >= one["bottom"] for one, other in pairwise(names))


async def test_on_paper_the_whole_conversation_is_there(server: Server, visit: Open) -> None:
    visitor = await visit(server.page, color_scheme="dark")
    for n in range(6):
        await visitor.ask(QUESTION if n % 2 else "How do I verify a webhook's signature?")
        await visitor.over()
    await visitor.page.emulate_media(media="print")
    heights = "document.querySelector('chat-thread').scrollHeight <= document.querySelector('chat-thread').clientHeight"
    assert await visitor.page.evaluate(heights)
    for selector in ("#composer", "#panel", ".tools"):
        await expect(visitor.page.locator(selector)).to_be_hidden()
    assert await visitor.page.evaluate("getComputedStyle(document.body).colorScheme") == "light"
    pages = len(re.findall(rb"/Type\s*/Page\b", await visitor.page.pdf(format="A5")))
    assert pages > 1


async def test_where_the_system_chooses_the_colours_bars_and_choices_are_seen(server: Server, visit: Open) -> None:
    visitor = await visit(server.page, forced_colors="active")
    await visitor.ask(QUESTION)
    await visitor.over()
    back = "it => getComputedStyle(it).backgroundColor"
    paper = await visitor.page.locator("body").evaluate(back)
    for selector in (".bar-fill", ".switch input:checked + span", ".turn .steps"):
        assert await visitor.page.locator(selector).last.evaluate(back) != paper, selector
