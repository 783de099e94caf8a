"""What writes an answer from passages: the seam between the agents and a language model."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from agents.passage import Passage
from agents.question import Question
from streaming.events import AgentId, Verdict


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer cost: tokens of prompt and completion, and US dollars."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0

    def __add__(self, other: "Usage") -> "Usage":
        """Both together."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cost + other.cost,
        )


class LanguageModel(Protocol):
    """Writes answers."""

    def answer(
        self, question: Question, passages: Sequence[Passage], *, agent: AgentId, verdict: Verdict
    ) -> AsyncIterator[str | Usage]:
        """The answer piece by piece as it is written, with markers `[n]` for `passages[n - 1]`; `Usage` once, last.

        `passages` may be empty (small talk, or nothing was found). Raises AgentError.
        """
        ...
