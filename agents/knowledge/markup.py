"""Headings and text out of Markdown. Pure."""

import re
from collections.abc import Iterator, Sequence
from html import unescape

from agents.knowledge.anchors import Slugs, own_anchor
from agents.knowledge.chunking import Section
from agents.knowledge.outline import Outline
from agents.knowledge.webpage import html_rows
from agents.sentences import Fences, units

_HEADING = re.compile(r"(#{1,6})\s+")
_UNDERLINE = re.compile(r" {0,3}(?:={2,}|-{2,})[ \t]*$")
_TABLE, _TABLE_END = re.compile(r"\s*<table\b", re.I), re.compile(r"</table\s*>\s*$", re.I)
_TAGS = (
    "a|abbr|b|blockquote|center|code|dd|del|details|div|dl|dt|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|s|small|"
    "span|strong|sub|summary|sup|table|tbody|td|th|thead|tr|u|ul"
)
_TAG = re.compile(rf"(`+)[^`]*\1|<br\s*/?>|(?<=\d)<sup>(?=\d)|</?(?:{_TAGS})(?:\s[^<>]*)?/?>|&#?\w{{2,31}};", re.I)
_EMBEDDED = re.compile(r"!\[([^\]]{0,500})\]\(\s*<?data:[^\s)>]*[^)]{0,500}\)|^\s*\[[^\]]{1,500}\]:\s*<?data:\S*\s*$")
"""A picture within the text, a megabyte perhaps, as word processors write it."""
LONGEST = 1000
"""Characters of a heading; a longer line is text, which no chunk is to repeat."""

_Line = tuple[str, bool]
"""A line, and whether it is code."""


def markdown_sections(text: str) -> tuple[str, list[Section]]:
    """The title (its first `# heading`) and the sections of a Markdown text; `#` inside a code fence is no heading."""
    title, parted = "", False
    outline, slugs = Outline(), Slugs()
    for level, line in _headed(list(_plain(list(_shown(text))))):
        if not level:
            outline.add(line)
            continue
        heading, anchor = own_anchor(line)
        anchor = anchor or slugs(heading)
        first = level == 1 and not title
        title = heading if first else title
        if not first or parted:
            outline.open(level, heading, anchor)
        parted = True
    return title, outline.sections()


def _shown(text: str) -> Iterator[_Line]:
    """The lines without comments; what looks like a comment in code stays."""
    fences, at, last = Fences(), 0, text.rfind("-->")
    while at <= len(text):
        stop = _line_end(text, at)
        said = ""
        while not fences.open and (begin := text.find("<!--", at, stop)) >= 0 and begin + 4 <= last:
            said, at = said + text[at:begin], text.index("-->", begin + 4) + 3
            stop = _line_end(text, at)
        line = said + text[at:stop]
        yield line, fences(line)
        at = stop + 1


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def _plain(lines: Sequence[_Line]) -> Iterator[_Line]:
    """HTML among the Markdown made text: tables become rows, and other tags go."""
    table: list[str] = []
    for (line, code), closed in zip(lines, _closed(lines), strict=True):
        if not code and "data:" in line:
            line = _EMBEDDED.sub(lambda found: found[1] or "", line)
        if table or (closed and _TABLE.match(line)):
            table.append(line)
            if _TABLE_END.search(line):
                yield from (("", False), *((row, False) for row in html_rows("\n".join(table))), ("", False))
                table = []
        else:
            yield (line if code or not ("<" in line or "&" in line) else _TAG.sub(_untagged, line)), code


def _closed(lines: Sequence[_Line]) -> list[bool]:
    """For each line whether a table that is open there ends, before code or a heading."""
    closed, found = False, []
    for line, code in reversed(lines):
        closed = not code and not _HEADING.match(line) and (closed or bool(_TABLE_END.search(line)))
        found.append(closed)
    return found[::-1]


def _untagged(found: re.Match[str]) -> str:
    said = found[0]
    if found[1]:
        return said
    if said[0] == "&":
        return unescape(said).replace("\xa0", " ")
    name = said[1:4].lower()
    return "^" if name == "sup" else " " if name.startswith("br") else ""


def _headed(lines: Sequence[_Line]) -> Iterator[tuple[int, str]]:
    """Each line with the level of the heading that it is, or 0; a line over a row of `=` or `-` is one, too."""
    alone, underlined = True, False
    for n, (line, code) in enumerate(lines):
        if underlined:
            alone, underlined = True, False
            continue
        match = None if code or len(line) > LONGEST else _HEADING.match(line)
        if match:
            yield len(match[1]), _unclosed(line[match.end() :].rstrip())
        elif alone and not code and (level := _level(line, lines[n + 1] if n + 1 < len(lines) else ("", False))):
            underlined = True
            yield level, line.strip()
        else:
            yield 0, line
        alone = bool(match) or not line.strip()


def _level(line: str, below: _Line) -> int:
    if below[1] or not _UNDERLINE.match(below[0]) or line.startswith((">", "    ", "\t", "<")):
        return 0
    if {unit.kind for unit in units(line)} != {"prose"} or _UNDERLINE.match(line) or len(line) > LONGEST:
        return 0
    return 1 if "=" in below[0] else 2


def _unclosed(heading: str) -> str:
    """A heading without the signs that close it, `Refunds ##`; those of `C#` are its name."""
    bare = heading.rstrip("#")
    return heading if bare and not bare[-1].isspace() else bare.rstrip()
