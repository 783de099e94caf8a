"""Lets markers `[n]` out of a model's answer only where source n exists and supports the sentence.

Text passes at once; only what may become a marker is held back, at most MAX_MARKER characters and a space before them.

Whatever a model writes for a marker (`agents/citing/markers.py`) is released as `[1]`, several in one as `[1][2]`. Left
alone are links (`[1](https://…)`) and whatever stands in code, between backticks or in a fence. Outside of code
`items[3]` is a marker, since models write `price[3]` without a space as well.
A backtick span ends with its line at the latest, so that a stray backtick does not switch the check off.
"""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence

from agents.citing.links import Links
from agents.citing.markers import BEGUN, CLOSES, MARKER, MAX_MARKER, OPENS, RAISED, SPECIAL, may_be_raised, numbers
from agents.llm import Usage
from agents.passage import Passage
from agents.sentences import units
from streaming.events import Citation

Supports = Callable[[str, Passage], bool]
"""Whether a passage supports a sentence: its text up to the marker, without earlier markers."""

_BEGINS = OPENS + "`"
_MAX_SENTENCE = 1000
_FENCE = 3
_log = logging.getLogger(__name__)


def exists(sentence: str, passage: Passage) -> bool:
    """Supports whatever cites it."""
    return True


class Gate:
    """One answer's gate: `feed` it the pieces, then `end`. `dropped` counts the numbers that were not let out."""

    def __init__(self, passages: Sequence[Passage], supports: Supports = exists) -> None:
        self.dropped = 0
        self.passages = passages
        self._supports = supports
        self._cited: set[int] = set()
        self._held = ""
        self._said: list[str] = []  # since the last look, for the sentence that a marker closes
        self._open = 0  # backticks that opened the code we are in
        self._ticks = 0  # backticks just before here, of a run that may go on

    def may_check(self, piece: str) -> bool:
        """Whether feeding this piece may compare a sentence with a source: 1 ms of CPU."""
        return any(each in piece or each in self._held for each in CLOSES)

    def feed(self, piece: str) -> list[str | Citation]:
        """What is decided by now: text, and after the text that holds a source's first marker its Citation."""
        text = self._held + piece
        if not text:
            return []
        self._held = ""
        if not self._ticks and not any(each in text for each in _BEGINS) and not self._open and text[-1] != " ":
            self._said.append(text)
            if len(self._said) > _MAX_SENTENCE:
                self._tail()
            return [text]
        return list(self._scan(text, last=False))

    def end(self) -> list[str | Citation]:
        """What was held back."""
        held, self._held = self._held, ""
        return list(self._scan(held, last=True)) if held else []

    def _scan(self, text: str, *, last: bool) -> Iterator[str | Citation]:
        start = at = 0
        if self._ticks and text[0] != "`":
            self._end_ticks()
        while found := SPECIAL.search(text, at):
            begin, at = found.span()
            match text[begin]:
                case "`":
                    self._ticks += at - begin
                    if at < len(text):
                        self._end_ticks()
                case "\n":
                    if self._open < _FENCE:
                        self._open = 0
                case _ if not self._open:
                    if text[begin] in RAISED and not may_be_raised(self._tail(text[start:begin])):
                        continue
                    marker = MARKER.match(text, begin)
                    space = begin > start and text[begin - 1] == " "
                    if not last and self._undecided(text, begin, marker):
                        yield from self._let(text[start : begin - space])
                        self._held = text[begin - space :]
                        return
                    if marker is None or marker.end() - begin > MAX_MARKER or _is_link(marker):
                        continue
                    at = marker.end()
                    passing = text[start:begin]
                    released = self._released(passing, numbers(marker, len(self.passages)))
                    if released:
                        passing += "".join(f"[{n}]" for n in released)
                    else:
                        passing = self._without(passing, text[at:][:1])
                    start = at
                    yield from self._let(passing)
                    yield from self._cite(released)
        rest = text[start:]
        if not last and not self._open and rest[-1:] == " ":
            self._held = " "
            rest = rest[:-1]
        yield from self._let(rest)

    def _undecided(self, text: str, begin: int, marker: re.Match[str] | None) -> bool:
        if len(text) - begin > MAX_MARKER:
            return False
        if marker is not None and marker.end() == len(text):
            return True  # a `(` next would make it a link
        return BEGUN.match(text, begin) is not None

    def _released(self, passing: str, numbers: Iterator[int]) -> list[int]:
        sentence = ""
        released: list[int] = []
        for n in numbers:
            if n <= len(self.passages):
                sentence = sentence or self._sentence(passing)
                if self._supports(sentence, self.passages[n - 1]):
                    released.append(n)
                    continue
            self.dropped += 1
        return released

    def _without(self, passing: str, after: str) -> str:
        """The text before a dropped marker, without the space that led to it."""
        tail = self._tail(passing)
        if BEGUN.search(tail) or BEGUN.search(tail.rstrip(" ")):
            return passing + "…"  # in `[1[9]2]` the hole's two sides would make a marker that nobody checked
        if passing.endswith(" ") and not after.isalnum():
            return passing[:-1]
        return passing

    def _cite(self, released: Sequence[int]) -> Iterator[Citation]:
        for n in released:
            if n not in self._cited:
                self._cited.add(n)
                passage = self.passages[n - 1]
                yield Citation(
                    marker=n,
                    chunk_id=passage.chunk_id,
                    url=passage.link,
                    position=passage.position,
                    relevance_score=passage.score,
                )

    def _let(self, text: str) -> Iterator[str]:
        if text:
            self._said.append(text)
            yield text

    def _sentence(self, passing: str) -> str:
        """The sentence up to here, also where its full stop came before the marker."""
        # Of raised numbers only powers are left here: what was none was let out in brackets, or dropped.
        tail = MARKER.sub(lambda marker: marker[0] if marker[2] else "", self._tail(passing))
        pieces = units(tail)
        return tail[pieces[-1].start : pieces[-1].end] if pieces else ""

    def _tail(self, passing: str = "") -> str:
        """The end of what was let out, and what is about to be."""
        said = "".join(self._said)[-_MAX_SENTENCE:]
        self._said = [said]
        return (said + passing)[-_MAX_SENTENCE:]

    def _end_ticks(self) -> None:
        ticks, self._ticks = self._ticks, 0
        if not self._open:
            self._open = ticks
        elif ticks == self._open or ticks > self._open >= _FENCE:
            self._open = 0


def _is_link(marker: re.Match[str]) -> bool:
    return marker.string[marker.end() :][:1] == "(" and marker[0][0] in "[【［"  # `\\[1\\](` is none


def gate(
    pieces: AsyncIterator[str | Usage], passages: Sequence[Passage], *, supports: Supports = exists
) -> AsyncGenerator[str | Citation | Usage, None]:
    """An answer with only the markers that hold, each source's first one followed by its Citation.

    Closing this closes `pieces`. Where the count of dropped markers is wanted, use `through` with a Gate of one's own.
    """
    return through(Gate(passages, supports), pieces)


async def through(gate: Gate, pieces: AsyncIterator[str | Usage]) -> AsyncGenerator[str | Citation | Usage, None]:
    """The pieces as the gate lets them out, without links to elsewhere; what it holds back comes before the Usage."""
    links = Links(gate.passages)

    def end() -> list[str | Citation]:
        if links.dropped:
            _log.warning("links left out, no source names their host: %d", links.dropped)
            links.dropped = 0
        return [*gate.feed(links.end()), *gate.end()]

    try:
        async for piece in pieces:
            if isinstance(piece, str):
                text = links.feed(piece)
                fed = await asyncio.to_thread(gate.feed, text) if gate.may_check(text) else gate.feed(text)
                for decided in fed:
                    yield decided
            else:
                for decided in await asyncio.to_thread(end):
                    yield decided
                yield piece
        for decided in await asyncio.to_thread(end):
            yield decided
    finally:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()
