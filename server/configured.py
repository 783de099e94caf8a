"""Opens the services that the settings name; each is imported where it is configured, since that takes its time."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from server.settings import Settings

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from agents.answers import AnswerStore
    from agents.house import Agents, Progress
    from agents.knowledge.binding import Binding
    from agents.knowledge.opening import OpenIndex, Shelves
    from agents.knowledge.remote_vectors import Provider
    from agents.knowledge.reranking import Reranker
    from agents.llm import LanguageModel
    from agents.providers.cohere_client import Cohere
    from agents.tools.registry import Tools


@asynccontextmanager
async def open_configured_agents(
    settings: Settings,
    *,
    quoting: bool = False,
    answers: "AnswerStore | None" = None,
    tools: "Tools | None" = None,
    progress: "Callable[[Progress], None]" = lambda _: None,
) -> AsyncIterator["Agents"]:
    """The agents with the index, embedding, reranker and model that are configured; `quoting`: without the model.

    Raises what `open_agents` does.
    """
    from agents.house import open_agents  # numpy and the index take their time: not for --help

    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(
            open_agents(
                data_dir=settings.data_dir,
                examples=settings.examples_dir,
                model=None if quoting else await stack.enter_async_context(_open_model(settings)),
                answers=answers,
                tools=tools,
                index_at=_index_at(settings),
                reranker=await stack.enter_async_context(_open_reranker(settings)),
                provider=await stack.enter_async_context(_open_embedding(settings)),
                progress=progress,
            )
        )


@asynccontextmanager
async def _open_model(settings: Settings) -> AsyncIterator["LanguageModel | None"]:
    """The model that writes the answers, if one is configured; nothing is asked of it yet."""
    if not settings.uses_model:
        yield None
        return
    from agents.providers.model_limits import ModelLimits
    from agents.providers.openai_model import open_openai

    secret = settings.openai_api_key
    async with open_openai(
        api_key=secret.get_secret_value() if secret else None,
        base_url=settings.openai_base_url,
        model=settings.openai_model,
        prices=settings.model_prices,
        limits=ModelLimits(stall=settings.openai_timeout),
    ) as model:
        yield model


def _index_at(settings: Settings) -> "OpenIndex | None":
    """How the index on a Qdrant server is opened, if one is configured; None: the embedded one."""
    url, key, collection = settings.qdrant_url, settings.qdrant_api_key, settings.qdrant_collection
    if url is None:
        return None

    def opening(binding: "Binding") -> "AbstractAsyncContextManager[Shelves]":
        from agents.knowledge.server import open_qdrant  # the client takes .9 s to import

        secret = key.get_secret_value() if key else None
        return open_qdrant(url, api_key=secret, collection=collection, binding=binding)

    return opening


@asynccontextmanager
async def _open_reranker(settings: Settings) -> AsyncIterator["Reranker | None"]:
    """What puts the passages in order, if it is configured; nothing is asked of it yet."""
    if not settings.reranks:
        yield None
        return
    from agents.providers.cohere_rerank import CohereRerank

    async with _cohere(settings) as cohere:
        yield CohereRerank(cohere, settings.cohere_rerank_model)


@asynccontextmanager
async def _open_embedding(settings: Settings) -> AsyncIterator["Provider | None"]:
    """What makes the index's vectors, if it is configured; nothing is asked of it yet."""
    if settings.openai_embedding_model:
        from agents.providers.openai_embedding import open_openai_embedding

        secret = settings.openai_api_key
        async with open_openai_embedding(
            api_key=secret.get_secret_value() if secret else None,
            base_url=settings.openai_base_url,
            model=settings.openai_embedding_model,
        ) as embedding:
            yield embedding
    elif settings.cohere_embedding_model:
        from agents.providers.cohere_embedding import CohereEmbedding

        async with _cohere(settings) as cohere:
            yield CohereEmbedding(cohere, settings.cohere_embedding_model)
    else:
        yield None


def _cohere(settings: Settings) -> "AbstractAsyncContextManager[Cohere]":
    from agents.providers.cohere_client import open_cohere  # .5 s

    secret = settings.cohere_api_key
    return open_cohere(api_key=secret.get_secret_value() if secret else "", base_url=settings.cohere_base_url)
