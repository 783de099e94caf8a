"""Several questions in one message: told by the route of each, and answered from all of their domains at once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from math import prod
from typing import Literal, cast, get_args

from agents.citing.citations import Gate, Supports, through
from agents.evidence import Evidence, Judge
from agents.knowledge.neighbours import merged
from agents.knowledge.quarantine import without_orders
from agents.knowledge.retrieval import Retrieval, Retrieved
from agents.llm import LanguageModel, Usage
from agents.logs import Logs
from agents.passage import Domain, Passage
from agents.question import Question
from agents.quotes import pieces
from agents.routing.router import Route, Span
from agents.smalltalk import decline, out_of_place
from agents.standalone import Standalone
from streaming.events import AgentStatus, Citation, Metrics, Output, RoutingData, RunCompleted, RunnerUp, Verdict

LEAST_MARGIN = 0.25
"""Margin that the route of each question must have, for a message to count as one of several domains."""
EACH = 4
"""Passages for each of the questions."""


def spanning(whole: Route, asked: Sequence[str], routes: Sequence[Route]) -> Route | None:
    """The route of a message whose questions belong to several domains, or some to none, each plainly; else None. Pure.

    `whole` is the message's own route: its agent, answering alone, is the runner-up.
    """
    labels = [route.label for route in routes]
    if len(set(labels)) < 2 or any(label not in (*get_args(Domain), "none") for label in labels):
        return None
    if any((route.data.margin or 0.0) < LEAST_MARGIN for route in routes):
        return None
    confidence = prod(route.data.confidence for route in routes)
    alone = (1 - confidence) * whole.data.confidence
    told = "; ".join(_told(text, route) for text, route in zip(asked, routes, strict=True))
    several = "kinds" if "none" in labels else "domains"
    data = RoutingData(
        intent=f"{' and '.join(dict.fromkeys(_KINDS.get(label, label) for label in labels))} questions",
        confidence=round(confidence, 4),
        target_agent="orchestrator",
        reasoning=f"The message asks {len(asked)} things of several {several}: {told}.",
        runner_up=RunnerUp(target_agent=whole.agent, confidence=round(alone, 4)),
        margin=round(max(confidence - alone, 0.0), 4),
    )
    return Route("orchestrator", data, tuple(zip(cast('list[Domain | Literal["none"]]', labels), asked, strict=True)))


_KINDS = {"none": "off-topic"}


def _told(text: str, route: Route) -> str:
    place = "off topic" if route.label == "none" else f"for {route.agent}"
    return f"“{text}” is {place} ({route.data.confidence:.0%}, margin {route.data.margin or 0:.2f})"


class Spanning:
    """Answers a message from several domains, searched at the same time."""

    def __init__(
        self, model: LanguageModel, retrieval: Retrieval, judge: Judge, logs: Logs, supports: Supports
    ) -> None:
        self._supports = supports
        self._model = model
        self._retrieval = retrieval
        self._judge = judge
        self._logs = logs

    async def __call__(self, question: Question, asked: Sequence[Span]) -> AsyncIterator[Output]:
        """A vector_search and documents for each part, one answer with its citations, RunCompleted. Raises AgentError.

        What the documents do not answer, and what is off topic, is said after the answer to the rest.
        """
        parts = [(domain, text) for domain, text in asked if domain != "none"]
        domains = tuple(dict.fromkeys(domain for domain, _ in parts))
        for domain in domains:
            yield AgentStatus(agent=domain, status="active")
        looked_up = await asyncio.gather(*(self._looked_up(domain, text) for domain, text in parts))
        for found, _ in looked_up:
            yield self._logs.vector_search(found)
        for found, evidence in looked_up:
            yield self._logs.documents(evidence, found)
        passages = _merged([found for found, _ in looked_up])
        answered = [n for n, (_, each) in enumerate(looked_up) if each.verdict in ("answerable", "partial")]
        told = _Told()
        if answered:
            whole = all(looked_up[n][1].verdict == "answerable" for n in answered)
            verdict: Verdict = "answerable" if whole else "partial"
            narrowed = replace(question, text=" ".join(parts[n][1] for n in answered))
            answer = self._model.answer(narrowed, passages, agent="orchestrator", verdict=verdict)
            markers = Gate(passages, self._supports)
            async with aclosing(through(markers, answer)) as checked:
                async for output in checked:
                    if told.take(output):
                        yield cast(Output, output)
            told.dropped = markers.dropped
        left = [
            *(
                (parts[n][1], decline(evidence.verdict, found.passages, evidence.missing, evidence.unclear))
                for n, (found, evidence) in enumerate(looked_up)
                if n not in answered
            ),
            *((text, out_of_place()) for domain, text in asked if domain == "none"),
        ]
        for text, why in left:
            break_off = "\n\n" if told.said else ""
            named = without_orders(text)  # what is repeated could pass for obeyed
            for piece in pieces(f"{break_off}On “{named}”: {why}" if named else f"{break_off}{why}"):
                told.take(piece)
                yield piece
                await asyncio.sleep(0)
        for domain in domains:
            yield AgentStatus(agent=domain, status="complete")
        yield _completed(told, passages, [evidence for _, evidence in looked_up])

    async def _looked_up(self, domain: Domain, text: str) -> tuple[Retrieved, Evidence]:
        found = await self._retrieval.search(Standalone(text, ((text, 1.0),)), domain=domain, limit=EACH)
        return found, await asyncio.to_thread(self._judge, found)


class _Told:
    """What was said, cited, dropped and spent so far."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.cited: dict[str, int] = {}
        self.usage = Usage()
        self.dropped = 0

    def take(self, output: object) -> bool:
        """Notes it; whether readers are to see it."""
        match output:
            case Usage():
                self.usage = output
                return False
            case Citation():
                self.cited.setdefault(output.chunk_id, output.marker)
            case str():
                self.said.append(output)
            case _:
                pass
        return True


def _merged(found: Sequence[Retrieved]) -> tuple[Passage, ...]:
    """The passages of all searches, each once, the best of each search first; neighbours as one."""
    most = max((len(each.passages) for each in found), default=0)
    ranked = (each.passages[rank] for rank in range(most) for each in found if rank < len(each.passages))
    return merged(list({passage.chunk_id: passage for passage in ranked}.values()))


def _completed(told: _Told, passages: Sequence[Passage], evidence: Sequence[Evidence]) -> RunCompleted:
    read = sorted(passages, key=lambda passage: told.cited.get(passage.chunk_id, len(passages) + 1))
    usage = told.usage
    return RunCompleted(
        message="".join(told.said),
        agent="orchestrator",
        confidence=min(each.confidence for each in evidence),
        sources=tuple(passage.as_source(told.cited.get(passage.chunk_id)) for passage in read),
        metrics=Metrics(
            tokensUsed=usage.prompt_tokens + usage.completion_tokens,
            cost=usage.cost,
            latency=0.0,
            citations_dropped=told.dropped or None,
        ),
    )
