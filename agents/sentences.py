"""Text in its smallest quotable pieces: sentences of prose, list items, table rows, code blocks. Pure."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["prose", "item", "row", "code", "heading"]

_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+\S")
_ROW = re.compile(r"\s*\|.*\|\s*$")
_FENCE = re.compile(r"\s*(`{3,}(?!.*`)|~{3,})(.*)")
_SPACE = re.compile(r"\s*")
_HEADING = re.compile(r"#{1,6}\s+\S")
_END = re.compile(r"[.!?…][\"'”’)\]*_]*(?=\s+[\"'“‘(\[*_`]*[A-Z0-9À-Þ])|[.!?…][\"'”’)\]*_]*\s*\Z")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|cf|approx|mr|mrs|ms|dr|fig)\.$|\b(?:[a-z]\.){2}$", re.I)


@dataclass(frozen=True, slots=True)
class Unit:
    """A quotable piece: `text[start:end]` of the text it was cut from, verbatim."""

    start: int
    end: int
    kind: Kind


class Fences:
    """Tells which lines of a Markdown text are code in a fence; given the lines one by one."""

    def __init__(self) -> None:
        self.open = ""

    def __call__(self, line: str) -> bool:
        """Whether the next line is code, or begins or ends it. Only a fence of the same sign and length ends it."""
        match = _FENCE.match(line)
        if not self.open:
            self.open = match[1] if match else ""
            return bool(match)
        if match and match[1].startswith(self.open) and not match[2].strip():
            self.open = ""
        return True


def units(text: str) -> list[Unit]:
    """The pieces of a Markdown-like text in order, without overlap; only white space lies between them."""
    found: list[Unit] = []
    for start, end, kind in _blocks(text):
        if kind == "prose":
            found += [Unit(s, e, "prose") for s, e in _sentences(text, start, end)]
        else:
            found.append(Unit(start, end, kind))
    return found


def _blocks(text: str) -> list[tuple[int, int, Kind]]:
    blocks: list[tuple[int, int, Kind]] = []
    position, fences = 0, Fences()
    for line in text.splitlines(keepends=True):
        start, position = position, position + len(line)
        body = line.strip()
        inside = bool(fences.open)
        code = fences(line)
        if not body and not code:
            if blocks:
                blocks.append((start, start, "prose"))  # an empty block parts what stands on its two sides
            continue
        first = start + len(line) - len(line.lstrip()) if body else start
        last = start + len(line.rstrip()) if body else start
        kind: Kind = (
            "code"
            if code
            else "row"
            if _ROW.match(line)
            else "heading"
            if _HEADING.match(line)
            else "item"
            if _ITEM.match(line)
            else "prose"
        )
        joins = blocks and blocks[-1][1] > blocks[-1][0] and (inside or not code)
        if joins and kind == "code" and blocks[-1][2] == "code":
            blocks[-1] = (blocks[-1][0], max(last, blocks[-1][1]), "code")
        elif joins and kind == "prose" and blocks[-1][2] in ("prose", "item"):
            blocks[-1] = (blocks[-1][0], last, blocks[-1][2])  # a wrapped line goes on with what it belongs to
        else:
            blocks.append((first, last, kind))
    return [block for block in blocks if block[1] > block[0]]


def _sentences(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    begin = start
    for match in _END.finditer(text, start, end):
        stop = match.end()
        if stop < end and _ABBREVIATION.search(text[max(begin, match.start() - 9) : match.start() + 1]):
            continue
        spans.append((begin, begin + len(text[begin:stop].rstrip())))
        begin = _SPACE.match(text, stop, end).end()  # type: ignore[union-attr]  # nothing is white space enough
    if begin < end:
        spans.append((begin, end))
    return spans
