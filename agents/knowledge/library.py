"""The documents as wholes, for those who read rather than search."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from agents.passage import Passage


@dataclass(frozen=True, slots=True)
class Listed:
    """A document as a list shows it."""

    url: str
    title: str
    domain: str


class Library(Protocol):
    """Documents by their url. Every method raises IndexUnavailable when the index cannot be read."""

    async def listed(self) -> Sequence[Listed]:
        """All documents, by domain and title."""
        ...

    async def document(self, url: str) -> Sequence[Passage]:
        """The document's chunks in their order; empty if there is no such document."""
        ...
