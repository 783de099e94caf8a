"""Several questions in one message: told by the route of each, and answered from all of their domains at once."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from math import prod
from typing import Literal, cast, get_args

from agents.passage import Domain
from agents.question import Question
from agents.routing.router import Route, Span
from agents.several import Several
from agents.standalone import Standalone
from streaming.events import AgentStatus, Output, RoutingData, RunCompleted, RunnerUp

LEAST_MARGIN = 0.25
"""Margin that the route of each question must have, for a message to count as one of several domains."""


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
    """Answers a message from several domains."""

    def __init__(self, several: Several) -> None:
        self._several = several

    async def __call__(self, question: Question, asked: Sequence[Span]) -> AsyncIterator[Output]:
        """The status of the domains' agents, and between them what `Several` yields. Raises AgentError."""
        parts = [(domain, Standalone(text, ((text, 1.0),))) for domain, text in asked if domain != "none"]
        domains = tuple(dict.fromkeys(domain for domain, _ in parts))
        for domain in domains:
            yield AgentStatus(agent=domain, status="active")
        off_topic = [text for domain, text in asked if domain == "none"]
        answer = self._several(question, parts, agent="orchestrator", off_topic=off_topic)
        async with aclosing(answer) as outputs:  # type: ignore[type-var]
            async for output in outputs:
                if isinstance(output, RunCompleted):
                    for domain in domains:
                        yield AgentStatus(agent=domain, status="complete")
                yield output
