"""Reranking by Cohere."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from agents.knowledge.reranking import RerankFailed
from agents.providers.cohere_client import Cohere, CohereFailed

if TYPE_CHECKING:
    from cohere import AsyncClientV2

WITHIN = 2.0
"""Seconds that the answer waits for a better order."""


REST = 10.0
"""Seconds for which it is left alone after it could not be had: not each question waits for it in vain."""


class CohereRerank:
    """A Reranker."""

    def __init__(
        self, cohere: Cohere, model: str, within: float = WITHIN, clock: Callable[[], float] = monotonic
    ) -> None:
        self.name = model
        self._clock = clock
        self._rested = float("-inf")
        self._why = ""
        self._cohere = cohere
        self._within = within

    async def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """As Reranker promises."""

        async def call(client: "AsyncClientV2") -> list[float]:
            told = await client.rerank(model=self.name, query=query, documents=list(texts), top_n=len(texts))
            return _scores(told.results, len(texts))

        if self._clock() < self._rested:
            raise _failed(f"{self._why} a moment ago")
        try:
            return await self._cohere.ask(call, within=self._within)
        except CohereFailed as error:
            if error.retryable:
                self._rested, self._why = self._clock() + REST, str(error)
            raise _failed(str(error)) from None


def _failed(why: str) -> RerankFailed:
    return RerankFailed(f"Cohere {why}. The passages stand in the index's own order.")


def _scores(results: Any, count: int) -> list[float]:
    """Each document's score. Raises AttributeError, TypeError or ValueError."""
    found = {each.index: float(each.relevance_score) for each in results if isinstance(each.index, int)}
    if found.keys() != set(range(count)) or not all(0.0 <= score <= 1.0 for score in found.values()):
        raise ValueError("not one score from 0 to 1 for each document")
    return [found[index] for index in range(count)]
