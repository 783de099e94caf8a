"""Passages put in order by a model that reads each beside the question, and what is said when that fails."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from agents.errors import AgentError
from agents.knowledge.ranking import Ranked


class RerankFailed(AgentError):
    """The passages could not be put in order; they are taken in the index's own. The message says why."""

    code = "rerank_failed"
    retryable = True


class Reranker(Protocol):
    """A model that tells how well texts answer a question."""

    name: str

    async def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """The relevance of each text, 0..1, in their order; within a few seconds at most. Raises RerankFailed."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """The passages with their relevance, and the model that judged it; or as they were, and the reason in words."""

    read: Sequence[Ranked]
    by: str | None = None
    warning: str | None = None


async def in_order(reranker: Reranker, query: str, read: Sequence[Ranked], *, without: int) -> Order:
    """The passages judged by the reranker. Where it fails, the first `without` as they are."""
    if not read:
        return Order(read[:without])
    try:
        scores = await reranker.scores(query, [_text(each) for each in read])
    except RerankFailed as error:
        return Order(read[:without], warning=error.message)
    judged = [
        replace(each, relevance=score, passage=replace(each.passage, score=round(score, 4)))
        for each, score in zip(read, scores, strict=True)
    ]
    return Order(judged, by=reranker.name)


def _text(each: Ranked) -> str:
    passage = each.passage
    return ". ".join(dict.fromkeys(filter(None, (passage.title, passage.heading, passage.text))))
