"""A passage as a claim is compared with it: its sentences, which of them go on from one another, its heading. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.citing.statements import Statement, statement
from agents.forms import stem
from agents.passage import Passage
from agents.reading import is_header
from agents.sentences import units

Window = tuple[Statement, ...]
"""A sentence of a passage, or two that go on from one another."""

_GOES_ON = re.compile(
    r"\s*(?:it|its|they|their|this|that|these|those|then|he|she|such|otherwise|both|in that case)\b"
    r"(?! (?:is|was) \w+ (?:to|that))",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Page:
    """A passage, read: the `head` of title and heading, all that is `said` under it, the `windows` that one clause may
    rest on, and the stems of the host whose documents these are, `ours`: no fact to check."""

    head: Statement
    said: tuple[Statement, ...]
    windows: tuple[Window, ...]
    ours: frozenset[str]


def host(passage: Passage) -> str:
    """Whose document it is, as far as its address tells."""
    return passage.url.partition("//")[2].partition("/")[0]


def page_of(text: str, head: str, host: str) -> Page:
    """A passage's text under its title and heading, and its host, read."""
    own = [unit for unit in units(text) if unit.kind != "heading"]
    header = " ".join(text[unit.start : unit.end] for n, unit in enumerate(own) if is_header(own, n))
    said: list[Statement] = []
    going_on: list[bool] = []
    for n, unit in enumerate(own):
        if not is_header(own, n):
            plain = text[unit.start : unit.end]
            said.append(statement(f"{header} {plain}" if unit.kind == "row" else plain))
            going_on.append(bool(_GOES_ON.match(plain)))
    ours = frozenset(map(stem, re.findall(r"[a-z]+", host)))
    return Page(statement(head), tuple(said), tuple(_windows(said, going_on)), ours)


def _windows(said: Sequence[Statement], going_on: Sequence[bool]) -> Iterator[Window]:
    """Each sentence alone, and with the one before where it goes on from that."""
    for place, each in enumerate(said):
        yield (each,)
        if place and going_on[place]:
            yield said[place - 1], each
