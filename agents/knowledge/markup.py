"""Headings and text out of Markdown and HTML. Pure."""

import re
from collections.abc import Iterator
from urllib.parse import quote

from agents.knowledge.anchors import Slugs, own_anchor
from agents.knowledge.chunking import Section
from agents.knowledge.outline import Outline

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*$")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_COMMENT = re.compile(r"<!--.*?-->", re.S)


def markdown_sections(text: str) -> tuple[str, list[Section]]:
    """The title (its first `# heading`) and the sections of a Markdown text; `#` inside a code fence is no heading."""
    title, fenced = "", False
    outline, slugs = Outline(), Slugs()
    for line in _COMMENT.sub("", text).split("\n"):
        fenced ^= bool(_FENCE.match(line))
        match = None if fenced else _HEADING.match(line)
        if match is None:
            outline.add(line)
            continue
        heading, anchor = own_anchor(match[2])
        anchor = anchor or slugs(heading)
        if len(match[1]) == 1 and not title:
            title = heading
        else:
            outline.open(len(match[1]), heading, anchor)
    return title, outline.sections()


def html_sections(text: str) -> tuple[str, list[Section]]:
    """The title and the sections of an HTML page, without scripts, styles, navigation, and hidden elements."""
    from bs4 import BeautifulSoup
    from bs4.element import Comment

    soup = BeautifulSoup(text, "html.parser")
    for element in soup(["script", "style", "noscript", "template", "nav", "header", "footer", "svg", "form"]):
        element.decompose()
    for element in soup.select("[hidden], [aria-hidden=true], [style*='display:none'], [style*='display: none']"):
        element.decompose()
    for comment in soup.find_all(string=lambda string: isinstance(string, Comment)):
        comment.extract()
    first = soup.find("h1")
    title = (first or soup.title or soup.new_tag("p")).get_text(" ", strip=True)
    if soup.title:
        soup.title.decompose()
    outline = Outline()
    for level, line, anchor in _html_lines(soup):
        if level == 0:
            outline.add(line)
        elif not (level == 1 and line == title):
            outline.open(level, line, anchor)
    return title, outline.sections()


_BLOCKS = ["h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "tr", "pre", "dt", "dd", "blockquote", "figcaption"]


_Line = tuple[int, str, str]
"""A heading's level, or 0; the text; a heading's anchor."""


def _html_lines(soup: object) -> Iterator[_Line]:
    from bs4.element import NavigableString, Tag

    def lines(node: Tag) -> Iterator[_Line]:
        inline: list[str] = []
        for child in node.children:
            if isinstance(child, NavigableString):
                inline.append(str(child))
            elif isinstance(child, Tag) and not (child.name in _BLOCKS or child.find(_BLOCKS)):
                inline.append("\n" if child.name == "br" else child.get_text(" "))
            elif isinstance(child, Tag):
                yield from flush(inline)
                inline = []
                yield from block(child)
        yield from flush(inline)

    def flush(inline: list[str]) -> Iterator[_Line]:
        text = " ".join("".join(inline).split())
        if text:
            yield 0, text, ""
            yield 0, "", ""

    def block(tag: Tag) -> Iterator[_Line]:
        if re.fullmatch(r"h[1-6]", tag.name):
            yield int(tag.name[1]), " ".join(tag.get_text(" ", strip=True).split()), anchor(tag)
        elif tag.name == "tr":
            cells = [" ".join(cell.get_text(" ").split()) for cell in tag.find_all(["td", "th"])]
            yield 0, f"| {' | '.join(cells)} |", ""
        elif tag.name == "pre":
            yield 0, f"```\n{tag.get_text().strip(chr(10))}\n```", ""
        elif tag.name == "li" and not tag.find(_BLOCKS):
            yield 0, f"- {' '.join(tag.get_text(' ').split())}", ""
        else:
            yield from lines(tag)

    def anchor(heading: Tag) -> str:
        within = heading.find(id=True) or heading.find("a", attrs={"name": True})
        around = heading.find_parent("section", id=True)
        leads = isinstance(around, Tag) and around.find(re.compile(r"^h[1-6]$")) is heading
        for tag in (heading, within, around if leads else None):
            if isinstance(tag, Tag) and (own := tag.get("id") or tag.get("name")):
                return quote(str(own))
        return ""

    if isinstance(soup, Tag):
        yield from lines(soup)
