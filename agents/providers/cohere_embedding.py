"""Vectors from Cohere's embeddings."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from agents.embedding import Vectors
from agents.knowledge.remote_vectors import RETRIES, Purpose, decoded
from agents.knowledge.vectors import EmbeddingFailed
from agents.providers.cohere_client import Cohere, CohereFailed

if TYPE_CHECKING:
    from cohere import AsyncClientV2

INPUT_TYPES = {"chunk": "search_document", "question": "search_query"}


class CohereEmbedding:
    """A Provider."""

    def __init__(self, cohere: Cohere, model: str) -> None:
        self.name = f"cohere/{model}"
        self._cohere = cohere
        self._model = model

    async def vectors(self, texts: Sequence[str], purpose: Purpose, *, within: float) -> Vectors:
        """As Provider promises. Asked for as base64: the client goes through lists of numbers one by one."""

        async def call(client: "AsyncClientV2") -> Vectors:
            told = await client.embed(
                model=self._model, texts=list(texts), input_type=INPUT_TYPES[purpose], embedding_types=["base64"]
            )
            return await asyncio.to_thread(decoded, told.embeddings.base64 or told.embeddings.float_)

        try:
            return await self._cohere.ask(call, within=within, retries=RETRIES[purpose])
        except CohereFailed as error:
            message = f"{self.name} did not embed: Cohere {error}."
            raise EmbeddingFailed(message, retryable=error.retryable) from None
