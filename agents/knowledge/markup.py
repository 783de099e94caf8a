"""Headings and text out of Markdown and HTML. Pure."""

import re
from collections.abc import Iterator

from agents.knowledge.chunking import Section

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*$")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_COMMENT = re.compile(r"<!--.*?-->", re.S)


def markdown_sections(text: str) -> tuple[str, list[Section]]:
    """The title (its first `# heading`) and the sections of a Markdown text; `#` inside a code fence is no heading."""
    title, fenced = "", False
    outline = _Outline()
    for line in _COMMENT.sub("", text).split("\n"):
        fenced ^= bool(_FENCE.match(line))
        match = None if fenced else _HEADING.match(line)
        if match is None:
            outline.add(line)
        elif len(match[1]) == 1 and not title:
            title = match[2]
        else:
            outline.open(len(match[1]), match[2])
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
    outline = _Outline()
    for level, line in _html_lines(soup):
        if level == 0:
            outline.add(line)
        elif not (level == 1 and line == title):
            outline.open(level, line)
    return title, outline.sections()


_BLOCKS = ["h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "tr", "pre", "dt", "dd", "blockquote", "figcaption"]


def _html_lines(soup: object) -> Iterator[tuple[int, str]]:
    from bs4.element import NavigableString, Tag

    def lines(node: Tag) -> Iterator[tuple[int, str]]:
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

    def flush(inline: list[str]) -> Iterator[tuple[int, str]]:
        text = " ".join("".join(inline).split())
        if text:
            yield 0, text
            yield 0, ""

    def block(tag: Tag) -> Iterator[tuple[int, str]]:
        if re.fullmatch(r"h[1-6]", tag.name):
            yield int(tag.name[1]), " ".join(tag.get_text(" ", strip=True).split())
        elif tag.name == "tr":
            cells = [" ".join(cell.get_text(" ").split()) for cell in tag.find_all(["td", "th"])]
            yield 0, f"| {' | '.join(cells)} |"
        elif tag.name == "pre":
            yield 0, f"```\n{tag.get_text().strip(chr(10))}\n```"
        elif tag.name == "li" and not tag.find(_BLOCKS):
            yield 0, f"- {' '.join(tag.get_text(' ').split())}"
        else:
            yield from lines(tag)

    if isinstance(soup, Tag):
        yield from lines(soup)


class _Outline:
    """Gathers lines under the heading that is open, and knows the path to it."""

    def __init__(self) -> None:
        self._path: list[tuple[int, str]] = []
        self._lines: list[str] = []
        self._done: list[Section] = []

    def open(self, level: int, heading: str) -> None:
        self._close()
        self._path = [(depth, name) for depth, name in self._path if depth < level] + [(level, heading)]

    def add(self, line: str) -> None:
        self._lines.append(line)

    def sections(self) -> list[Section]:
        self._close()
        return self._done

    def _close(self) -> None:
        text = "\n".join(self._lines).strip("\n")
        if text.strip():
            self._done.append(Section(" › ".join(name for _, name in self._path), text))
        self._lines = []
