"""Text in its smallest quotable pieces: sentences of prose, list items, table rows, code blocks. Pure."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["prose", "item", "row", "code", "heading"]

_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+\S")
_ROW = re.compile(r"\s*\|.*\|\s*$")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_HEADING = re.compile(r"#{1,6}\s+\S")
_END = re.compile(r"[.!?…][\"'”’)\]*_]*(?=\s+[\"'“‘(\[*_`]*[A-Z0-9À-Þ])|[.!?…][\"'”’)\]*_]*\s*\Z")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|cf|approx|mr|mrs|ms|dr|fig)\.$|\b(?:[a-z]\.){2}$", re.I)


@dataclass(frozen=True, slots=True)
class Unit:
    """A quotable piece: `text[start:end]` of the text it was cut from, verbatim."""

    start: int
    end: int
    kind: Kind


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
    position, fenced = 0, False
    for line in text.splitlines(keepends=True):
        start, position = position, position + len(line)
        body = line.strip()
        if not body and not fenced:
            if blocks:
                blocks.append((start, start, "prose"))  # an empty block parts what stands on its two sides
            continue
        first = start + len(line) - len(line.lstrip()) if body else start
        last = start + len(line.rstrip()) if body else start
        fence = bool(_FENCE.match(line))
        kind: Kind = (
            "code"
            if fenced or fence
            else "row"
            if _ROW.match(line)
            else "heading"
            if _HEADING.match(line)
            else "item"
            if _ITEM.match(line)
            else "prose"
        )
        fresh_fence = fence and not fenced
        fenced ^= fence
        joins = blocks and blocks[-1][1] > blocks[-1][0] and not fresh_fence
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
    for match in _END.finditer(text[start:end]):
        stop = start + match.end()
        if stop < end and _ABBREVIATION.search(text[begin : start + match.start() + 1][-10:]):
            continue
        spans.append((begin, start + len(text[start:stop].rstrip())))
        begin = stop + len(text[stop:end]) - len(text[stop:end].lstrip())
    if begin < end:
        spans.append((begin, end))
    return spans
