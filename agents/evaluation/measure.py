"""Asks known questions and counts: agent right, page found, declined or not, and the time of each step."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from agents.evaluation.questions import Known
from agents.question import Answerer
from streaming.events import AgentId, Documents, Routing, RunCompleted, VectorSearch, Verdict

TOP = 5
"""Passages among which an answering page counts as found."""

TARGETS: Mapping[str, float] = {
    "agent_right": 0.95,
    "page_in_top_5": 0.95,
    "unanswerable_declined": 0.80,
    "answerable_wrongly_declined": 0.10,
}
"""What a release must reach; the last one is an upper limit."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question. `latency` in milliseconds by step; `confidence` as given with the answer."""

    known: Known
    agent: AgentId | None
    pages: tuple[str, ...]
    verdict: Verdict | None
    confidence: float
    answer: str
    latency: Mapping[str, float]

    @property
    def agent_right(self) -> bool:
        """Whether the expected agent answered."""
        return self.agent == self.known.agent

    @property
    def page_found(self) -> bool:
        """Whether an answering page was among the top passages."""
        return bool(self.known.pages & set(self.pages[:TOP]))

    @property
    def declined(self) -> bool:
        """Whether no answer from the documents was given."""
        return self.verdict in (None, "unanswerable", "underspecified")


@dataclass(slots=True)
class Result:
    """Counts of one set of questions: each rate with the number of questions it is of."""

    name: str
    rates: dict[str, tuple[float, int]] = field(default_factory=dict)
    latency: dict[str, tuple[float, float]] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)


async def measure(
    answer: Answerer, questions: Sequence[Known], *, progress: Callable[[int, int], None] = lambda done, total: None
) -> list[Result]:
    """Asks each question once, in order; a result for each split and one for all. Raises AgentError."""
    outcomes: list[Outcome] = []
    for known in questions:
        outcomes.append(await _asked(answer, known))
        progress(len(outcomes), len(questions))
    splits = sorted({known.split for known in questions})
    results = [_counted(split, [o for o in outcomes if o.known.split == split]) for split in splits]
    return [*results, _counted("all", outcomes)]


async def _asked(answer: Answerer, known: Known) -> Outcome:
    agent: AgentId | None = None
    pages: tuple[str, ...] = ()
    verdict: Verdict | None = None
    confidence, text = 0.0, ""
    latency: dict[str, float] = {}
    started = before = perf_counter()

    def lap(step: str) -> None:
        nonlocal before
        latency[step], before = (perf_counter() - before) * 1000, perf_counter()

    async with aclosing(answer(known.question)) as outputs:  # type: ignore[type-var]
        async for output in outputs:
            match output:
                case Routing():
                    agent = output.data.target_agent
                    lap("routing")
                case VectorSearch():
                    pages = tuple(chunk.source for chunk in output.chunks or ())
                    lap("retrieval")
                case Documents():
                    verdict = output.data.verdict
                    lap("verdict")
                case str() if "first_token" not in latency:
                    latency["first_token"] = (perf_counter() - started) * 1000
                case RunCompleted():
                    confidence, text = output.confidence, output.message
                    latency["whole"] = (perf_counter() - started) * 1000
                case _:
                    pass
    return Outcome(known, agent, pages, verdict, confidence, text, latency)


def _counted(name: str, outcomes: list[Outcome]) -> Result:
    answerable = [o for o in outcomes if o.known.answerable and o.known.pages]
    unanswerable = [o for o in outcomes if not o.known.answerable]
    result = Result(name, outcomes=outcomes)
    result.rates = {
        "agent_right": _rate([o.agent_right for o in outcomes]),
        "page_in_top_5": _rate([o.page_found for o in answerable]),
        "unanswerable_declined": _rate([o.declined for o in unanswerable]),
        "answerable_wrongly_declined": _rate([o.declined for o in answerable]),
    }
    steps: defaultdict[str, list[float]] = defaultdict(list)
    for outcome in outcomes:
        for step, value in outcome.latency.items():
            steps[step].append(value)
    result.latency = {
        step: (float(np.percentile(values, 50)), float(np.percentile(values, 95))) for step, values in steps.items()
    }
    return result


def _rate(hits: Sequence[bool]) -> tuple[float, int]:
    return (sum(hits) / len(hits) if hits else 0.0), len(hits)


def missed(result: Result) -> list[str]:
    """The names of the targets that a result misses."""
    upper = {"answerable_wrongly_declined"}
    return [
        name
        for name, target in TARGETS.items()
        if (result.rates[name][0] > target if name in upper else result.rates[name][0] < target)
    ]
