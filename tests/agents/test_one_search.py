"""Routing and the answer that follows look into a shared index once; who asks later looks afresh."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import numpy as np
import pytest
from qdrant_client import AsyncQdrantClient

from agents.embedding import Vectors, WordLlama
from agents.house import bundled_folder
from agents.knowledge.binding import Binding
from agents.knowledge.index import Candidate, Entry
from agents.knowledge.retrieval import AT_MOST, Retrieval
from agents.knowledge.server import ServerIndex
from agents.passage import Passage
from agents.question import Question
from agents.reading import Reader
from agents.standalone import standalone
from agents.terms import weights
from agents.wording import load_wording

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect")  # in local mode, and are not needed

ASK = standalone(Question("How long are backups kept?"))


class Counting(ServerIndex):
    """Counts how often it is searched."""

    searches = 0

    async def candidates(
        self, vector: Vectors, terms: Mapping[int, float], *, domains: Sequence[str], limit: int
    ) -> list[Candidate]:
        self.searches += 1
        return await super().candidates(vector, terms, domains=domains, limit=limit)


class Clock:
    """Stands until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def said(embedding: WordLlama, text: str) -> Entry:
    number = "00000000-0000-0000-0000-000000000001"
    return Entry(
        Passage(number, text, "Backups", "", "backups.md", "general", 0, f"hash of {text}", 0.0),
        np.asarray(embedding.embed([text])[0]),
        weights(text),
        "backups",
        "v1",
        1,
    )


@asynccontextmanager
async def shared(clock: Clock) -> AsyncIterator[tuple[Retrieval, Counting, ServerIndex, WordLlama]]:
    """A search of an index into which another instance, that comes with it, writes."""
    client, embedding = AsyncQdrantClient(":memory:"), WordLlama()
    binding = Binding(embedding.name, embedding.dimension, "1")
    try:
        mine, other = Counting(client, "shared", binding), ServerIndex(client, "shared", binding)
        await other.open()
        await other.put([said(embedding, "Backups are kept for 30 days.")])
        await mine.open()
        yield (
            Retrieval(mine, embedding, Reader(embedding), load_wording(bundled_folder()), clock=clock),
            mine,
            other,
            embedding,
        )
    finally:
        await client.close()


async def test_an_answer_takes_what_routing_saw_and_the_same_question_looks_afresh() -> None:
    async with shared(Clock()) as (retrieval, index, _, _):
        await retrieval.domains(ASK)
        assert index.searches == 1
        found = await retrieval.search(ASK)
        assert index.searches == 1
        assert [each.text for each in found.passages] == ["Backups are kept for 30 days."]
        await retrieval.search(ASK)
        assert index.searches == 2


async def test_what_routing_saw_too_long_ago_is_not_what_is_answered_from() -> None:
    clock = Clock()
    async with shared(clock) as (retrieval, _, other, embedding):
        await retrieval.domains(ASK)
        await other.put([said(embedding, "Backups are kept for 45 days.")])
        clock.now += AT_MOST + 0.1
        found = await retrieval.search(ASK)
        assert [each.text for each in found.passages] == ["Backups are kept for 45 days."]
