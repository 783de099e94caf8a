"""A piece of a document as retrieved: what the answers rest on and cite."""

from dataclasses import dataclass
from typing import Literal

from streaming.events import Chunk, Source

Domain = Literal["billing", "technical", "policy"]


@dataclass(frozen=True, slots=True)
class Passage:
    """One chunk of a document. `position` counts a document's chunks from 0; `score` is its relevance, 0..1.

    `url` is the document's, `link` leads to the heading or page where the chunk stands, if its `anchor` is known.
    `document` is its key in the index: two documents may have one url.
    """

    chunk_id: str
    text: str
    title: str
    heading: str
    url: str
    domain: str
    position: int
    content_hash: str
    score: float
    anchor: str = ""
    document: str = ""

    @property
    def link(self) -> str:
        """Where the passage stands."""
        return f"{self.url}#{self.anchor}" if self.anchor else self.url

    def as_chunk(self) -> Chunk:
        """As the retrieval log shows it."""
        return Chunk(
            id=self.chunk_id,
            content=self.text,
            similarity=self.score,
            source=self.url,
            metadata={
                "title": self.title,
                "heading": self.heading,
                "domain": self.domain,
                "position": self.position,
            },
        )

    def as_source(self, marker: int | None = None) -> Source:
        """As an answer cites it under `[marker]`."""
        return Source(
            marker=marker,
            chunk_id=self.chunk_id,
            title=self.title,
            content=self.text,
            url=self.link,
            position=self.position,
            relevance_score=self.score,
        )
