"""Neighbours of a hit: chunks of one section that follow on one another are one source, told once and in one piece."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from agents.hashing import chunk_hash
from agents.passage import Passage
from agents.sentences import units

AND = "+"
"""Between the ids of the chunks that a merged passage stands for, in their order; no chunk's own id has it."""
MOST = 4
"""Chunks in one passage: 3,600 characters, which a prompt holds in full."""


class Chunks(Protocol):
    """What is asked of an index about chunks that it may have."""

    async def hashes(self, chunk_ids: Sequence[str]) -> dict[str, str]:
        """The content hashes of those that exist. Raises IndexUnavailable."""
        ...

    async def passages(self, chunk_ids: Sequence[str]) -> dict[str, Passage]:
        """Those that exist. Raises IndexUnavailable."""
        ...


def merged(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages, best first, neighbours as one in the place of the best of them and with its score."""
    rank = {passage.chunk_id: number for number, passage in enumerate(passages)}
    groups: list[list[Passage]] = []
    for passage in sorted(passages, key=lambda each: (each.url, each.document, each.position)):
        if groups and len(groups[-1]) < MOST and _goes_on(groups[-1][-1], passage):
            groups[-1].append(passage)
        else:
            groups.append([passage])
    groups.sort(key=lambda group: min(rank[each.chunk_id] for each in group))
    return tuple(_one(group) for group in groups)


async def standing(index: Chunks, ids: Sequence[str]) -> Mapping[str, str]:
    """The content hashes of those of the sources that are still there, merged ones too.

    A merged one has another hash as soon as one of its chunks has another text, and none when one is gone or they are
    neighbours no more. Raises IndexUnavailable.
    """
    several = {each: each.split(AND) for each in ids if AND in each}
    found = await index.hashes([each for each in ids if each not in several])
    if not several:
        return found
    chunks = await index.passages([chunk for own in several.values() for chunk in own])
    for source, own in several.items():
        again = merged([chunks[chunk] for chunk in own if chunk in chunks])
        found |= {each.chunk_id: each.content_hash for each in again if each.chunk_id == source}
    return found


def _goes_on(first: Passage, second: Passage) -> bool:
    """Whether the second goes on where the first ends, in the same section, to which one link leads."""
    return second.position == first.position + 1 and (
        (first.document, first.url, first.title, first.heading, first.anchor, first.domain)
        == (second.document, second.url, second.title, second.heading, second.anchor, second.domain)
    )


def _one(group: Sequence[Passage]) -> Passage:
    first = group[0]
    if len(group) == 1:
        return first
    text = first.text
    for passage in group[1:]:
        text += _between(text, passage.text) + passage.text
    return replace(
        first,
        chunk_id=AND.join(passage.chunk_id for passage in group),
        text=text,
        content_hash=chunk_hash(first.title, first.link, text),
        score=max(passage.score for passage in group),
    )


def _between(before: str, after: str) -> str:
    """Lines of one list, table or block of code stay together; a sentence after an item is not its continuation."""
    last, first = units(before)[-1:], units(after)[:1]
    alike = bool(last) and bool(first) and last[0].kind == first[0].kind
    return "\n" if alike else "\n\n"
