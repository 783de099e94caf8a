"""Answers that are there at once: of a model that computes, so that the thread which judges has them, too."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Protocol, runtime_checkable

from agents.evidence import Evidence
from agents.knowledge.retrieval import Retrieved
from agents.llm import Usage
from agents.passage import Passage
from agents.quotes import pieces
from agents.standalone import Standalone


@runtime_checkable
class AnswersAtOnce(Protocol):
    """A language model that waits for nobody."""

    def at_once(self, question: Standalone, found: Retrieved, sources: Sequence[Passage], evidence: Evidence) -> str:
        """The whole answer to what was judged answerable, markers `[n]` for `sources[n - 1]`. CPU: use a thread."""
        ...


async def spoken(text: str) -> AsyncIterator[str | Usage]:
    """A whole answer as models give theirs: piece by piece, and what it cost."""
    for piece in pieces(text):
        yield piece
        await asyncio.sleep(0)
    yield Usage()
