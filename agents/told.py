"""One answer as it is told: what was said, cited and spent so far, and the ending that follows from it."""

from collections.abc import Sequence
from time import perf_counter
from typing import TypeGuard

from agents.citing.citations import Gate, Supports
from agents.llm import Usage
from agents.passage import Passage
from streaming.events import AgentId, Citation, Metrics, RunCompleted


class Told:
    """An answer that rests on these passages. Its markers go through `gate`, which counts those that were dropped."""

    def __init__(self, passages: Sequence[Passage], supports: Supports) -> None:
        self.gate = Gate(passages, supports)
        self._passages = passages
        self._said: list[str] = []
        self._cited: dict[str, int] = {}
        self._usage = Usage()

    @property
    def empty(self) -> bool:
        """Whether nothing was said yet."""
        return not self._said

    def take(self, output: str | Citation | Usage) -> TypeGuard[str | Citation]:
        """Notes it; whether readers are to see it."""
        match output:
            case Usage():
                self._usage += output
                return False
            case Citation():
                self._cited.setdefault(output.chunk_id, output.marker)
            case str():
                self._said.append(output)
        return True

    def completed(self, agent: AgentId, confidence: float, started: float) -> RunCompleted:
        """The ending of what `agent` began to answer at `started`, by `perf_counter`."""
        # What is cited comes first; the rest was read, too.
        last = len(self._passages) + 1
        read = sorted(self._passages, key=lambda passage: self._cited.get(passage.chunk_id, last))
        return RunCompleted(
            message="".join(self._said),
            agent=agent,
            confidence=confidence,
            sources=tuple(passage.as_source(self._cited.get(passage.chunk_id)) for passage in read),
            metrics=Metrics(
                tokensUsed=self._usage.prompt_tokens + self._usage.completion_tokens,
                cost=self._usage.cost,
                latency=round((perf_counter() - started) * 1000, 3),
                citations_dropped=self.gate.dropped or None,
            ),
        )
