"""What an agent is asked: the question, what was said before, and who should answer."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Literal

from streaming.events import AgentId, Output


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said earlier in the session; `agent` names who answered where the speaker is an agent."""

    speaker: Literal["user", "agent"]
    text: str
    agent: AgentId | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A message with its history, oldest turn first. `agent` is the one that the caller asked for, if any.

    `alone` is the message as a question that stands alone, where a model made one; `doubt` says why it did not.
    """

    text: str
    history: tuple[Turn, ...] = ()
    agent: AgentId | None = None
    alone: str | None = None
    doubt: str | None = None


Answerer = Callable[[Question], AsyncIterator[Output]]
"""Anything that answers: yields facts and pieces of text; the last fact is `RunCompleted`. Raises AgentError."""
