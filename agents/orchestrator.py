"""The first to hear a question: says who answers, hands it over, and answers small talk itself."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from time import perf_counter

from agents.cache import cacheable
from agents.citing.citations import gate
from agents.clauses import clauses
from agents.knowledge.retrieval import Retrieval
from agents.llm import LanguageModel, Usage
from agents.logs import Logs
from agents.question import Answerer, Question
from agents.quotes import pieces
from agents.rewriting import Rewriter
from agents.routing.router import Route, Router, named
from agents.routing.routes import Routes
from agents.routing.second_opinion import SecondOpinion
from agents.smalltalk import off_topic
from agents.spanning import Spanning, spanning
from agents.standalone import Standalone, standalone
from streaming.events import AgentId, AgentStatus, Metrics, Output, RunCompleted


class Orchestrator:
    """Routes each question to one of the agents: an Answerer."""

    def __init__(
        self,
        router: Router,
        retrieval: Retrieval,
        agents: Mapping[AgentId, Answerer],
        model: LanguageModel,
        several: Spanning,
        logs: Logs,
        routes: Routes,
        rewriter: Rewriter | None = None,
        second_opinion: SecondOpinion | None = None,
    ) -> None:
        self._router = router
        self._retrieval = retrieval
        self._agents = agents
        self._model = model
        self._several = several
        self._logs = logs
        self._routes = routes
        self._rewriter = rewriter
        self._second_opinion = second_opinion

    async def __call__(self, question: Question) -> AsyncIterator[Output]:
        """Agent status and routing, then what the chosen agent yields, RunCompleted last. Raises AgentError."""
        started = perf_counter()
        yield AgentStatus(agent="orchestrator", status="routing")
        spent, also = Usage(), Usage()
        if self._rewriter is not None:
            question, spent = await self._rewriter(question)
        route = await self.route(question)
        if self._second_opinion is not None:
            route, also = await self._second_opinion(standalone(question).text, route)
        yield self._logs.routing(route)
        agent = self._agents.get(route.agent)
        if agent is None:
            yield AgentStatus(agent="orchestrator", status="active")
            answer = self._several(question, route.spans) if route.spans else self._own(question, route)
        else:
            yield AgentStatus(agent="orchestrator", status="complete")
            yield AgentStatus(agent=route.agent, status="active")
            answer = agent(question)
        async with aclosing(answer) as outputs:  # type: ignore[type-var]
            async for output in outputs:
                if isinstance(output, RunCompleted):
                    yield AgentStatus(agent=route.agent, status="complete")
                    output = output.model_copy(update={"metrics": _whole(output.metrics, spent + also, started)})
                yield output

    async def route(self, question: Question) -> Route:
        """Who answers a question. Raises AgentError."""
        if question.agent is not None and question.agent != "orchestrator":
            return named(question.agent)
        if not cacheable(question):
            return await self._looked_into(question)
        edition, route = self._routes.edition, self._routes.get(question.text)
        if route is None:
            route = await self._looked_into(question)
            if not route.spans:
                self._routes.put(question.text, route, edition)
        return route

    async def _looked_into(self, question: Question) -> Route:
        previous = next((turn.agent for turn in reversed(question.history) if turn.speaker == "agent"), None)
        alone = standalone(question)
        whole = await self._routed(alone, previous)
        asked = clauses(question.alone or question.text)
        if alone.follows_up or len(asked) == 1:
            return whole
        routes = await asyncio.gather(*(self._routed(Standalone(each, ((each, 1.0),))) for each in asked))
        return spanning(whole, asked, routes) or whole

    async def _routed(self, alone: Standalone, previous: AgentId | None = None) -> Route:
        documents = await self._retrieval.domains(alone)
        return await asyncio.to_thread(self._router, alone, documents=documents, previous=previous)

    async def _own(self, question: Question, route: Route) -> AsyncIterator[Output]:
        said: list[str] = []
        usage = Usage()
        if route.label == "none":
            for piece in pieces(off_topic()):
                said.append(piece)
                yield piece
                await asyncio.sleep(0)
        else:
            answer = self._model.answer(question, (), agent="orchestrator", verdict="answerable")
            async with aclosing(gate(answer, ())) as checked:
                async for output in checked:
                    if isinstance(output, Usage):
                        usage = output
                    elif isinstance(output, str):
                        said.append(output)
                        yield output
        yield RunCompleted(
            message="".join(said),
            agent="orchestrator",
            confidence=route.data.confidence,
            metrics=Metrics(tokensUsed=usage.prompt_tokens + usage.completion_tokens, cost=usage.cost, latency=0.0),
        )


def _whole(metrics: Metrics, spent: Usage, started: float) -> Metrics:
    """What the whole run cost: the answer, and what was asked of the model before."""
    return metrics.model_copy(
        update={
            "latency": round((perf_counter() - started) * 1000, 3),
            "tokensUsed": metrics.tokensUsed + spent.prompt_tokens + spent.completion_tokens,
            "cost": metrics.cost + spent.cost,
        }
    )
