"""Opens the services that the settings name; each is imported where it is configured, since that takes its time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from server.settings import Settings

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from agents.cohere_client import Cohere
    from agents.knowledge.remote_vectors import Provider
    from agents.knowledge.reranking import Reranker


@asynccontextmanager
async def open_reranker(settings: Settings) -> AsyncIterator["Reranker | None"]:
    """What puts the passages in order, if it is configured; nothing is asked of it yet."""
    if not settings.reranks:
        yield None
        return
    from agents.cohere_rerank import CohereRerank

    async with _cohere(settings) as cohere:
        yield CohereRerank(cohere, settings.cohere_rerank_model)


@asynccontextmanager
async def open_embedding(settings: Settings) -> AsyncIterator["Provider | None"]:
    """What makes the index's vectors, if it is configured; nothing is asked of it yet."""
    if settings.openai_embedding_model:
        from agents.openai_embedding import open_openai_embedding

        secret = settings.openai_api_key
        async with open_openai_embedding(
            api_key=secret.get_secret_value() if secret else None,
            base_url=settings.openai_base_url,
            model=settings.openai_embedding_model,
        ) as embedding:
            yield embedding
    elif settings.cohere_embedding_model:
        from agents.cohere_embedding import CohereEmbedding

        async with _cohere(settings) as cohere:
            yield CohereEmbedding(cohere, settings.cohere_embedding_model)
    else:
        yield None


def _cohere(settings: Settings) -> "AbstractAsyncContextManager[Cohere]":
    from agents.cohere_client import open_cohere  # .5 s

    secret = settings.cohere_api_key
    return open_cohere(api_key=secret.get_secret_value() if secret else "", base_url=settings.cohere_base_url)
