"""What a tool is: a name, what it is for, its arguments as a model, and what it does with them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from agents.knowledge.library import Library
from agents.knowledge.retrieval import Retrieved
from agents.passage import Domain
from agents.question import Turn


class ToolFailed(Exception):
    """A tool could not do what was asked; the message is for the model, and says what would work."""


class Arguments(BaseModel):
    """A tool's arguments. Unknown ones are refused, so that the model learns of its mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Search(Protocol):
    """Finds passages."""

    async def __call__(self, text: str, *, domain: Domain | None, limit: int) -> Retrieved:
        """The passages that fit a text best. Raises AgentError."""
        ...


@dataclass(frozen=True, slots=True)
class Workplace:
    """What tools may use: the documents, what was said before, and the time (with a zone)."""

    search: Search
    library: Library
    history: Sequence[Turn]
    clock: Callable[[], datetime]


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True, slots=True)
class Tool(Generic[A]):
    """A tool. `run` raises ToolFailed or AgentError; `timeout` in seconds."""

    name: str
    description: str
    arguments: type[A]
    run: Callable[[A, Workplace], Awaitable[dict[str, Any]]]
    timeout: float = 10.0

    async def __call__(self, given: dict[str, Any], workplace: Workplace) -> dict[str, Any]:
        """The output for these arguments. Raises ValidationError, ToolFailed, AgentError."""
        return await self.run(self.arguments.model_validate(given), workplace)

    @property
    def schema(self) -> dict[str, Any]:
        """The arguments as JSON Schema."""
        return self.arguments.model_json_schema()
