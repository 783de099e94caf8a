"""Asks known questions and notes what became of each: agent, pages, verdict, answer, and the time of each step."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from time import perf_counter

from agents.known import Known
from agents.question import Answerer
from streaming.events import (
    AgentId,
    Cache,
    Documents,
    Routing,
    RunCompleted,
    Source,
    VectorSearch,
    Verdict,
)

TOP = 5
"""Passages among which an answering page counts as found."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question. `latency` in milliseconds by step; `confidence` as given with the answer."""

    known: Known
    agent: AgentId | None
    pages: tuple[str, ...]
    verdict: Verdict | None
    confidence: float
    answer: str
    sources: tuple[Source, ...]
    latency: Mapping[str, float]

    @property
    def agent_right(self) -> bool:
        """Whether the expected agent answered."""
        return self.agent == self.known.agent

    @property
    def judged(self) -> bool:
        """Whether there was a verdict; small talk and what is off topic get none."""
        return self.verdict is not None

    @property
    def page_found(self) -> bool:
        """Whether an answering page was among the top passages."""
        return bool(self.known.pages & set(self.pages[:TOP]))

    @property
    def declined(self) -> bool:
        """Whether no answer from the documents was given."""
        return self.verdict in (None, "unanswerable", "underspecified")


@dataclass(frozen=True, slots=True)
class Result:
    """The outcomes of one set of questions."""

    name: str
    outcomes: tuple[Outcome, ...]

    def target(self, value: float) -> float | None:
        """A target for it; none for the questions that models were fitted on."""
        return None if self.name == "dev" else value


async def measure(
    answer: Answerer, questions: Sequence[Known], *, progress: Callable[[int, int], None] = lambda done, total: None
) -> list[Result]:
    """Asks each question once, in order; a result for each split and one for all. Raises AgentError."""
    outcomes: list[Outcome] = []
    for known in questions:
        outcomes.append(await _asked(answer, known))
        progress(len(outcomes), len(questions))
    splits = sorted({known.split for known in questions})
    results = [Result(split, tuple(o for o in outcomes if o.known.split == split)) for split in splits]
    return [*results, Result("all", tuple(outcomes))]


async def _asked(answer: Answerer, known: Known) -> Outcome:
    agent: AgentId | None = None
    pages: tuple[str, ...] = ()
    verdict: Verdict | None = None
    confidence, text = 0.0, ""
    sources: tuple[Source, ...] = ()
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
                case Cache():
                    lap("cache")
                case VectorSearch():
                    pages = tuple(chunk.source for chunk in output.chunks or ())
                    latency["retrieval"] = output.data.latency
                case Documents():
                    verdict = output.data.verdict
                    if "verdict and sentences" not in latency:
                        # One thread searches, judges and chooses: what it took beyond the search.
                        lap("verdict and sentences")
                        latency["verdict and sentences"] -= latency["retrieval"]
                case str() if "first token" not in latency:
                    latency["first token"] = (perf_counter() - started) * 1000
                case RunCompleted():
                    confidence, text, sources = output.confidence, output.message, output.sources
                    latency["whole answer"] = (perf_counter() - started) * 1000
                case _:
                    pass
    return Outcome(known, agent, pages, verdict, confidence, text, sources, latency)
