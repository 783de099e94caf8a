"""Headings and text out of HTML pages. Pure."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from agents.knowledge.chunking import Section
from agents.knowledge.outline import Outline

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from bs4.element import Tag

_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
_BLOCKS = {*_HEADINGS, "p", "li", "tr", "pre", "dt", "dd", "blockquote", "figcaption", "div", "section", "article"}
_BLOCKS |= {
    "main",
    "aside",
    "address",
    "details",
    "summary",
    "ul",
    "ol",
    "dl",
    "table",
    "caption",
    "td",
    "th",
    "figure",
}
_BLOCKS |= {"fieldset", "legend", "center", "header", "form", "hr"}
_LINES = list(_BLOCKS)
_AROUND = ["script", "style", "noscript", "template", "nav", "footer", "svg", "iframe", "dialog"]
_AROUND += ["button", "select", "textarea"]
_UNSEEN = "[hidden], [aria-hidden=true], [style*='display:none'], [style*='display: none']"
_ROLES = "[role=navigation], [role=banner], [role=contentinfo], [role=search], [role=dialog]"
_OF_A_PART = ["article", "main", "section"]
_CONTENT = [*_HEADINGS, "main", "article"]
"""A form that holds one of these is the page, as those of some servers are; another one asks for something."""
_PERMALINK = {"#", "¶", "§", "🔗", "\u200b", ""}
_Line = tuple[int, str, str]
"""A heading's level, or 0; the text; a heading's anchor."""


def html_sections(text: str) -> tuple[str, list[Section]]:
    """The title and the sections of an HTML page, without scripts, styles, navigation, and hidden elements."""
    from agents.knowledge.page_tree import page_tree  # bs4 takes its time to import

    soup = page_tree(text)
    _clear(soup)
    first = soup.find("h1")
    title = _said(first or soup.title or soup.new_tag("p"))
    if soup.title:
        soup.title.decompose()
    outline = Outline()
    for level, line, anchor in _lines(soup):
        if level == 0:
            outline.add(line)
        elif not (level == 1 and line == title):
            outline.open(level, line, anchor)
    return title, outline.sections()


def html_rows(text: str) -> list[str]:
    """The lines of a piece of HTML, such as a table within Markdown; its headings are lines, too."""
    from agents.knowledge.page_tree import page_tree

    return [line for _, line, _ in _lines(page_tree(text))]


def _clear(soup: "BeautifulSoup") -> None:
    """Takes out what is not the page's text."""
    from bs4.element import CData, PreformattedString

    for element in [*soup(_AROUND), *soup.select(f"{_UNSEEN}, {_ROLES}")]:
        element.decompose()
    for element in soup("header"):
        if not element.find_parent(_OF_A_PART):
            element.decompose()
    for element in soup("form"):
        if not element.find(_CONTENT):
            element.decompose()
    # Comments, and the doctype, of which `html` would be said.
    for aside in soup.find_all(string=lambda s: isinstance(s, PreformattedString) and not isinstance(s, CData)):
        aside.extract()
    for link in soup.select("h1 a, h2 a, h3 a, h4 a, h5 a, h6 a"):
        if str(link.get("href", "")).startswith("#") and link.get_text(strip=True) in _PERMALINK:
            link.clear()
    for raised in soup("sup"):
        if raised.find("a"):  # a footnote's number would be read as a digit of what stands before it
            raised.decompose()
        elif raised.get_text(strip=True)[:1].isdigit() and str(raised.previous_sibling or "")[-1:].isdigit():
            raised.insert(0, "^")


def _lines(node: "Tag") -> Iterator[_Line]:
    from bs4.element import NavigableString, Tag

    inline: list[str] = []
    for child in node.children:
        if isinstance(child, NavigableString):
            inline.append(str(child))
        elif isinstance(child, Tag) and not (child.name in _BLOCKS or child.find(_LINES)):
            inline.append("".join(_pieces(child)))
        elif isinstance(child, Tag):
            yield from _paragraph(inline)
            inline = []
            yield from _block(child)
    yield from _paragraph(inline)


def _paragraph(inline: list[str]) -> Iterator[_Line]:
    text = " ".join("".join(inline).split())
    if text:
        yield 0, text, ""
        yield 0, "", ""


def _block(tag: "Tag") -> Iterator[_Line]:
    if tag.name in _HEADINGS:
        yield int(tag.name[1]), _said(tag), _anchor(tag)
    elif tag.name == "tr" and not tag.find(["table", *_HEADINGS]):  # else it lays out a page
        cells = [_said(cell) for cell in tag.find_all(["td", "th"])]
        yield 0, f"| {' | '.join(cells)} |", ""
    elif tag.name == "pre":
        yield 0, f"```\n{tag.get_text().strip(chr(10))}\n```", ""
    elif tag.name == "li" and not tag.find(["p", "li", "tr", "pre", "dt", "dd", "blockquote", *_HEADINGS]):
        yield 0, f"- {_said(tag)}", ""
    else:
        yield from _lines(tag)
        if tag.name in ("ul", "ol", "table"):
            yield 0, "", ""  # what follows does not go on with the last item


def _said(tag: "Tag") -> str:
    """The text of an element in one line: its blocks are parted, `<b>Save</b>.` is not."""
    return " ".join("".join(_pieces(tag)).split())


def _pieces(tag: "Tag") -> Iterator[str]:
    from bs4.element import Tag

    around = " " if tag.name in _BLOCKS or tag.name == "br" else ""
    yield around
    for child in tag.children:
        if isinstance(child, Tag):
            yield from _pieces(child)
        else:
            yield str(child)
    yield around


def _anchor(heading: "Tag") -> str:
    from bs4.element import Tag

    within = heading.find(id=True) or heading.find("a", attrs={"name": True})
    around = heading.find_parent("section", id=True)
    leads = isinstance(around, Tag) and around.find(re.compile(r"^h[1-6]$")) is heading
    for tag in (heading, within, around if leads else None):
        if isinstance(tag, Tag) and (own := tag.get("id") or tag.get("name")):
            return quote(str(own))
    return ""
