"""Documents cut into chunks: a chunk stays within its heading and begins and ends with a whole sentence. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.sentences import Unit, units

VERSION = "sections-2"
"""Part of an index's identity: change it whenever the same document would be cut differently."""

LIMIT = 900
"""Characters a chunk aims not to exceed, some 150 words. A single longer sentence is cut at white space."""


@dataclass(frozen=True, slots=True)
class Section:
    """The text under one heading; `heading` is the path to it, `Refunds › Annual plans`, without the title.

    `anchor` is what follows the `#` of a link to it, "" where nothing leads there.
    """

    heading: str
    text: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document; `position` counts the document's chunks from 0."""

    position: int
    heading: str
    text: str
    anchor: str = ""


def chunks(sections: Sequence[Section], limit: int = LIMIT) -> list[Chunk]:
    """The sections' text in chunks of at most `limit` characters, each a verbatim slice of its section."""
    pieces = ((section, piece) for section in sections for piece in _pieces(section.text, limit))
    return [Chunk(n, section.heading, piece, section.anchor) for n, (section, piece) in enumerate(pieces)]


def _pieces(text: str, limit: int) -> Iterator[str]:
    start = end = -1
    for unit in _short_units(text, limit):
        if start >= 0 and unit.end - start > limit:
            yield text[start:end]
            start = -1
        if start < 0:
            start = unit.start
        end = unit.end
    if start >= 0:
        yield text[start:end]


def _short_units(text: str, limit: int) -> Iterator[Unit]:
    for unit in units(text):
        start = unit.start
        while unit.end - start > limit:
            cut = text.rfind(" ", start + limit // 2, start + limit)
            stop = cut if cut > 0 else start + limit
            yield Unit(start, stop, unit.kind)
            start = stop + (1 if cut > 0 else 0)
        if start < unit.end:
            yield Unit(start, unit.end, unit.kind)
