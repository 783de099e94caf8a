"""Passages read sentence by sentence: each with its vector, its terms and what it is about, kept while in use."""

import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from agents.embedding import Vectors
from agents.passage import Passage
from agents.sentences import Unit, units
from agents.subjects import condition, subject
from agents.terms import spelled, terms

REMEMBERED = 256
"""Passages whose sentences are kept, some 12 KiB and 30 objects each: the garbage collector goes through all of them,
and nothing else moves meanwhile."""

_ANNOUNCES = re.compile(r"(?:\S+\s+){1,5}?(?:explains?|describes?|lists?|covers?|shows?|says?)\b")
_PURPOSE = re.compile(r"(?:in order )?to\b", re.I)
_NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Sentence:
    """One unit of a passage, as terms: what it says (a step: what all steps of its list say), what it is `about`, and
    its `scope`: what it says of that before its first comma, such as "With the discount,".

    `step`: it is one of a numbered list. `purpose`: its scope is one, "To stop sharing,". `empty`: it says nothing of
    its own, as a table's header does, and a page's first sentence that tells what the page is for.
    """

    text: str
    said: frozenset[int]
    about: frozenset[int]
    scope: frozenset[int]
    step: bool
    purpose: bool
    empty: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """The sentences of a passage: `vectors` (n, dimension), of each sentence under its heading; `terms` of each alone.

    `heading` are the terms of the heading, `context` these and the title's, `all_terms` these and the sentences';
    `text` is the title, the heading and the passage.
    """

    units: tuple[Unit, ...]
    sentences: tuple[Sentence, ...]
    vectors: Vectors
    terms: tuple[frozenset[int], ...]
    heading: frozenset[int]
    context: frozenset[int]
    all_terms: frozenset[int]
    text: str

    @property
    def words(self) -> tuple[str, ...]:
        """The passage's distinct words without stop words, its title's and heading's too; only the verdict asks."""
        return tuple(sorted(spelled(self.text)))


class HeadedVectors(Protocol):
    """Vectors of sentences that stand under headings."""

    def headed(self, texts: Sequence[str], heads: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, (n, dimension), each between its own and that of its head and it together."""
        ...


class Reader:
    """Reads passages. Safe to call from several threads; CPU only, about .2 ms for a new passage."""

    def __init__(self, embedding: HeadedVectors) -> None:
        self._embedding = embedding
        self._read: OrderedDict[str, Reading] = OrderedDict()
        self._lock = Lock()

    def __call__(self, passages: Sequence[Passage]) -> list[Reading]:
        """The passages' readings, in their order."""
        with self._lock:
            known = {passage.content_hash: self._read.get(passage.content_hash) for passage in passages}
        fresh = {passage.content_hash: passage for passage in passages if known[passage.content_hash] is None}
        if fresh:
            known |= self._read_anew(list(fresh.values()))
        with self._lock:
            for key, reading in known.items():
                if reading is not None:
                    self._read[key] = reading
                    self._read.move_to_end(key)
            while len(self._read) > REMEMBERED:
                self._read.popitem(last=False)
        return [reading for passage in passages if (reading := known[passage.content_hash]) is not None]

    def _read_anew(self, passages: Sequence[Passage]) -> dict[str, Reading]:
        cut = [tuple(unit for unit in units(passage.text) if unit.kind != "heading") for passage in passages]
        heads = [f"{passage.title}. {passage.heading}" for passage in passages]
        texts = [
            passage.text[unit.start : unit.end] for passage, own in zip(passages, cut, strict=True) for unit in own
        ]
        # A sentence leans on its heading ("It is 30 days."), but not so much that all under one heading are alike.
        above = [f"{head}." for head, own in zip(heads, cut, strict=True) for _ in own]
        vectors = self._embedding.headed(texts, above)
        found: dict[str, Reading] = {}
        start = 0
        for passage, head, own in zip(passages, heads, cut, strict=True):
            said = texts[start : start + len(own)]
            each = tuple(map(terms, said))
            context, heading = terms(head), terms(passage.heading)
            found[passage.content_hash] = Reading(
                units=own,
                sentences=tuple(_sentences(passage, own, said, each, heading)),
                vectors=vectors[start : start + len(own)],
                terms=each,
                heading=heading,
                context=context,
                all_terms=context.union(*each),
                text=f"{head} {passage.text}",
            )
            start += len(own)
        return found


def _sentences(
    passage: Passage, own: Sequence[Unit], texts: Sequence[str], each: Sequence[frozenset[int]], heading: frozenset[int]
) -> Iterator[Sentence]:
    steps = [unit.kind == "item" and text.lstrip()[:1].isdigit() for unit, text in zip(own, texts, strict=True)]
    for number, (unit, text) in enumerate(zip(own, texts, strict=True)):
        scope, rest = condition(text)
        about = terms(subject(rest))
        yield Sentence(
            text=text,
            said=_said(number, steps, each) if steps[number] else each[number],
            # An item and a table's row are about what their heading is about.
            about=about | heading if unit.kind in ("item", "row") else about,
            scope=terms(scope) if scope else _NOTHING,
            step=steps[number],
            purpose=bool(scope and _PURPOSE.match(scope)),
            empty=is_header(own, number) or (not passage.heading and bool(_ANNOUNCES.match(text))),
        )


def _said(number: int, steps: Sequence[bool], each: Sequence[frozenset[int]]) -> frozenset[int]:
    """What all steps of a step's list say."""
    first = last = number
    while first > 0 and steps[first - 1]:
        first -= 1
    while last + 1 < len(steps) and steps[last + 1]:
        last += 1
    # Terms are shared where they are one sentence's: a union of one copies it, 15 µs.
    return each[number] if first == last else _NOTHING.union(*each[first : last + 1])


def is_header(own: Sequence[Unit], number: int) -> bool:
    """Whether this is a table's header, or the line under it."""
    if own[number].kind != "row":
        return False
    return number < 2 or own[number - 1].kind != "row" or own[number - 2].kind != "row"
