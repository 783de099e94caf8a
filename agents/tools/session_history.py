"""Tells what was said earlier in the session."""

from typing import Annotated, Any

from pydantic import Field

from agents.tools.tool import Arguments, Tool, Workplace

LONGEST = 2000
"""Characters of one turn."""


class SessionHistory(Arguments):
    """How far back."""

    limit: Annotated[int, Field(ge=1, le=20, description="Turns at most, the newest ones.")] = 10


async def run(given: SessionHistory, workplace: Workplace) -> dict[str, Any]:
    """The newest turns, oldest first."""
    return {
        "turns": [
            {"speaker": turn.speaker, "text": turn.text[:LONGEST]} for turn in list(workplace.history)[-given.limit :]
        ]
    }


TOOL = Tool(
    name="session_history",
    description="What was asked and answered earlier in this session.",
    arguments=SessionHistory,
    run=run,
)
