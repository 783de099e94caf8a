"""What an agent run is to do: instructions, data, and the tools that it may use."""

from dataclasses import dataclass
from typing import Any

from agents.question import Turn


@dataclass(frozen=True, slots=True)
class Task:
    """One agent run. `tools` are the only ones allowed; `model` None is the default; `history` oldest turn first."""

    instructions: str
    input_data: dict[str, Any] | None = None
    tools: tuple[str, ...] = ()
    model: str | None = None
    history: tuple[Turn, ...] = ()
