"""Everything that answers, opened together: embedding, index, router, agents."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from typing import Protocol, runtime_checkable

from threadpoolctl import threadpool_limits

from agents.answers import AnswerStore, MemoryStore
from agents.brief import AnswersBriefly
from agents.cache import WithCache
from agents.chances import bundled_chances
from agents.citing.citations import Supports
from agents.citing.lexicon import bundled_lexicon
from agents.citing.support import Support
from agents.earlier import Earlier
from agents.embedded_work import EmbeddedWork
from agents.embedding import Embedding, WordLlama
from agents.errors import AgentError, IndexUnavailable
from agents.evidence import Judge, Models, bundled_models
from agents.extractive import Extractive
from agents.knowledge.binding import Binding
from agents.knowledge.chunking import VERSION
from agents.knowledge.edge import open_edge
from agents.knowledge.ingest import Ingest, Progress, Report
from agents.knowledge.neighbours import standing
from agents.knowledge.opening import OpenIndex, Shelves
from agents.knowledge.quarantine import prepare
from agents.knowledge.remote_vectors import Provider, remote_vectors
from agents.knowledge.reranking import Reranker
from agents.knowledge.retrieval import Retrieval, Retrieved
from agents.likeness import Likeness, bundled_likeness
from agents.llm import LanguageModel
from agents.logs import Logs
from agents.orchestrator import Orchestrator
from agents.passage import Domain
from agents.precedents import Precedents
from agents.question import Answerer, Question
from agents.reading import Reader
from agents.rewriting import Rewriter
from agents.routing.learning import following, state_of
from agents.routing.router import Route, Router
from agents.routing.routes import Routes
from agents.routing.second_opinion import SecondOpinion
from agents.second_look import SecondLook
from agents.selecting import Selection
from agents.several import Several
from agents.spanning import Spanning
from agents.specialist import Specialist
from agents.standalone import Standalone
from agents.task import Task
from agents.taught import Taught
from agents.tool_loop import ToolLoop, ToolModel
from agents.tools.registry import Tools, known_tools
from agents.tools.tool import Workplace
from agents.wording import load_wording
from streaming.events import AgentId, Output

BUNDLED = "bundled"
"""Prefix of the bundled documents' keys."""

CACHED: dict[Domain, float] = {"billing": 6 * 3600.0, "policy": 24 * 3600.0}
"""Seconds for which an agent's answers are kept at most; the technical agent answers afresh."""

AGAIN = 3.0
"""Seconds after which a server that was away when the bundled documents should go there is tried again."""

_log = logging.getLogger(__name__)


@runtime_checkable
class CallsTools(Protocol):
    """A model that can also call tools."""

    def with_tools(self) -> ToolModel:
        """Itself as one that does."""
        ...


@dataclass(frozen=True, slots=True)
class Agents:
    """The open house. `answer` is the Answerer for every question; the parts are there for those who measure them."""

    orchestrator: Orchestrator
    ingest: Ingest
    retrieval: Retrieval
    router: Router
    precedents: Precedents
    judge: Judge
    supports: Supports
    index: Shelves
    embedding: Embedding
    tools: Tools
    worker: Callable[[Task], AsyncIterator[Output]]
    caches: Sequence[WithCache]

    async def forget(self, text: str) -> None:
        """Keep no answer to this question any more."""
        for cache in self.caches:
            await cache.forget(text)

    def work(self, task: Task) -> AsyncIterator[Output]:
        """What an agent run does, as `answer` tells it. Raises AgentError."""
        return self.worker(task)

    def answer(self, question: Question) -> AsyncIterator[Output]:
        """Facts and pieces of text; the last fact is RunCompleted. Raises AgentError."""
        return self.orchestrator(question)

    async def route(self, question: Question) -> Route:
        """Who answers a question. Raises AgentError."""
        return await self.orchestrator.route(question)

    async def search(self, text: str, *, domain: Domain | None = None, limit: int = 6) -> Retrieved:
        """The passages that fit a text best."""
        return await self.retrieval.search(Standalone(text, ((text, 1.0),)), domain=domain, limit=limit)


def bundled_folder() -> Path:
    """Where the bundled documents, questions and examples lie."""
    with as_file(files("agents") / "bundled") as folder:
        return folder


@asynccontextmanager
async def _one_thread_for_algebra() -> AsyncIterator[None]:
    """Matrices here are small: split over threads that must wait for a busy processor, .5 ms become 15."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield


async def _bundle(ingest: Ingest, source: Path, progress: Callable[[Progress], None]) -> None:
    report = await ingest([source], sync=True, prefix=BUNDLED, progress=progress)
    for path, reason in report.failed:
        _log.warning("document skipped: %s %s", path, reason)
    for each in report.quarantined:
        _log.warning("passage quarantined, it gives orders: %s, %s: %s", each.path, each.place, each.order)


@asynccontextmanager
async def _until_done(work: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Repeats work in the background until the index's server is there to do it with."""

    async def repeat() -> None:
        while True:
            await asyncio.sleep(AGAIN)
            try:
                return await work()
            except AgentError as error:
                _log.warning("the bundled documents are not indexed yet: %s", error)

    async with asyncio.TaskGroup() as tasks:
        repeating = tasks.create_task(repeat())
        try:
            yield
        finally:
            repeating.cancel()


@asynccontextmanager
async def open_agents(
    *,
    data_dir: Path,
    documents: Path | None = None,
    examples: Path | None = None,
    model: LanguageModel | None = None,
    answers: AnswerStore | None = None,
    evidence: Models | None = None,
    tools: Tools | None = None,
    index_at: OpenIndex | None = None,
    reranker: Reranker | None = None,
    provider: Provider | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> AsyncIterator[Agents]:
    """Everything that answers, from the index under `data_dir`.

    The folder `documents` (the bundled ones by default) is ingested if it changed, with progress told file by file;
    `examples` is a folder of messages to route and judge by, learned again when it changes; `model` None means answers
    quoted from the sources; `tools` are those of agent runs (by default all);
    `index_at` opens an index elsewhere; `reranker` orders what a search found;
    `provider` makes the index's vectors, None: WordLlama does. Raises IndexMismatch, IndexBusy, IndexUnavailable and
    ExamplesInvalid.
    """
    embedding = await asyncio.to_thread(WordLlama)
    vectors = await remote_vectors(provider, data_dir / "embedding.json") if provider else None
    bound = vectors or embedding
    binding = Binding(bound.name, bound.dimension, VERSION)
    async with (
        _one_thread_for_algebra(),
        (
            index_at(binding)
            if index_at is not None
            else open_edge(data_dir / "index", name="documents", binding=binding, rebuildable=BUNDLED)
        ) as index,
        AsyncExitStack() as stack,
    ):
        ingest = Ingest(index, embedding, vectors)
        bundled = partial(_bundle, ingest, documents or bundled_folder() / "documents", progress)
        try:
            await bundled()
        except IndexUnavailable as error:
            if index_at is None and vectors is None:
                raise
            _log.warning("the bundled documents are not indexed yet: %s", error)
            await stack.enter_async_context(_until_done(bundled))

        wording = await asyncio.to_thread(load_wording, bundled_folder())
        folder, learned_at = examples or bundled_folder() / "examples", data_dir / "router.npz"
        seen = await asyncio.to_thread(state_of, folder)
        taught = await asyncio.to_thread(Taught, folder, bundled_folder(), embedding, wording, kept_at=learned_at)
        if examples is not None:
            await stack.enter_async_context(following(folder, taught.learn, seen if taught.whole else None))
        await asyncio.to_thread(prepare)
        reader = Reader(embedding)
        retrieval, logs = Retrieval(index, embedding, reader, wording, reranker, vectors), Logs()
        judge = Judge(reader, embedding, wording, evidence or bundled_models(), taught.precedents)
        supports = Support(embedding, await asyncio.to_thread(bundled_lexicon))
        writer = model or Extractive(embedding, reader, index, wording, Selection(wording, bundled_chances()))
        brief = model.briefly() if isinstance(model, AnswersBriefly) else None
        second_look = SecondLook(judge, brief) if brief is not None else None
        several = Several(writer, retrieval, judge, logs, supports, second_look)
        store = answers or MemoryStore()
        likeness = Likeness(embedding, wording.everyday, bundled_likeness())

        def specialist(domain: Domain) -> Specialist:
            return Specialist(domain, writer, retrieval, judge, logs, supports, several, second_look)

        still = partial(standing, index)

        alone = taught.precedents.decided

        def also() -> Mapping[str, str]:
            return {"known questions": taught.precedents.edition}

        caches: dict[AgentId, WithCache] = {
            domain: WithCache(
                domain, specialist(domain), store, still, logs, Earlier(embedding, likeness), ttl, also, alone
            )
            for domain, ttl in CACHED.items()
        }
        helped = (Rewriter(brief), SecondOpinion(brief)) if brief is not None else ()
        team: dict[AgentId, Answerer] = {"technical": specialist("technical"), **caches}
        known = known_tools() if tools is None else tools

        def workplace(task: Task) -> Workplace:
            async def search(text: str, *, domain: Domain | None, limit: int) -> Retrieved:
                return await retrieval.search(Standalone(text, ((text, 1.0),)), domain=domain, limit=limit)

            return Workplace(search, index, task.history, lambda: datetime.now(UTC))

        routes = Routes(lambda: (index.statistics, taught.router.classifier))
        yield Agents(
            orchestrator=Orchestrator(taught.router, retrieval, team, writer, Spanning(several), logs, routes, *helped),
            ingest=ingest,
            retrieval=retrieval,
            router=taught.router,
            precedents=taught.precedents,
            judge=judge,
            supports=supports,
            index=index,
            embedding=embedding,
            tools=known,
            worker=ToolLoop(model.with_tools(), known, workplace)
            if isinstance(model, CallsTools)
            else EmbeddedWork(known, workplace),
            caches=tuple(caches.values()),
        )


__all__ = ["Agents", "Progress", "Report", "bundled_folder", "open_agents"]
