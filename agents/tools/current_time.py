"""Tells the time."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field

from agents.tools.tool import Arguments, Tool, ToolFailed, Workplace


class CurrentTime(Arguments):
    """Where."""

    timezone: Annotated[str, Field(max_length=64, description="IANA name, such as Europe/Berlin.")] = "UTC"


async def run(given: CurrentTime, workplace: Workplace) -> dict[str, Any]:
    """Date and time there. Raises ToolFailed for a time zone that is none."""
    try:
        zone = ZoneInfo(given.timezone)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise ToolFailed(
            f"{given.timezone!r} is no known time zone: use an IANA name, such as Europe/Berlin."
        ) from None
    now = workplace.clock().astimezone(zone)
    return {"time": now.isoformat(timespec="seconds"), "weekday": now.strftime("%A"), "timezone": given.timezone}


TOOL = Tool(
    name="current_time",
    description="The current date and time.",
    arguments=CurrentTime,
    run=run,
)
