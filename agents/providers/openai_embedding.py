"""Vectors from OpenAI's embeddings, or from any server that speaks them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import orjson

from agents.embedding import Vectors
from agents.errors import AgentError
from agents.knowledge.remote_vectors import RETRIES, Purpose, decoded
from agents.knowledge.vectors import EmbeddingFailed
from agents.providers.model_limits import ModelLimits
from agents.providers.openai_model import OPENAI

if TYPE_CHECKING:
    from agents.providers.openai_client import OpenAIClient


LONGEST_WAIT = 30.0
"""Seconds that are waited where the provider asks for it; for a question no longer than it may take altogether."""


class OpenAIEmbedding:
    """A Provider."""

    def __init__(self, client: "OpenAIClient", model: str) -> None:
        self.name = f"openai/{model}"
        self._client = client
        self._model = model

    async def vectors(self, texts: Sequence[str], purpose: Purpose, *, within: float) -> Vectors:
        """As Provider promises; these models know no purposes."""
        body = {"model": self._model, "input": list(texts), "encoding_format": "base64"}
        try:
            answer = await self._client.ask("/embeddings", body, within=within, retries=RETRIES[purpose])
        except AgentError as error:
            raise EmbeddingFailed(f"{self.name} did not embed. {error.message}", retryable=error.retryable) from None
        try:
            return await asyncio.to_thread(_read, answer)
        except (KeyError, TypeError, ValueError):
            raise EmbeddingFailed(f"{self.name} gave vectors that cannot be used.") from None


def _read(answer: bytes) -> Vectors:
    data = sorted(orjson.loads(answer)["data"], key=lambda each: int(each["index"]))
    return decoded([each["embedding"] for each in data])


@asynccontextmanager
async def open_openai_embedding(
    *, api_key: str | None, model: str, base_url: str | None = None
) -> AsyncIterator[OpenAIEmbedding]:
    """The embedding model `model` at `base_url` (OpenAI's when None); nothing is asked of it yet."""
    from agents.providers.openai_client import open_client  # 0.8 s to import: only where it is configured

    opening = open_client(
        api_key=api_key or "none", base_url=base_url or OPENAI, limits=ModelLimits(retry_after=LONGEST_WAIT)
    )
    async with opening as client:
        yield OpenAIEmbedding(client, model)
