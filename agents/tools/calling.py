"""Carries out a model's tool calls: validated, in parallel, bounded in time and output, and never an exception."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import orjson
from pydantic import ValidationError

from agents.errors import AgentError
from agents.tools.registry import Tools
from agents.tools.tool import ToolFailed, Workplace

OUTPUT_LIMIT = 16 * 1024
"""Bytes of one output as JSON; of a longer one only the beginning is passed on, as text."""

NAME_LIMIT = 64

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """One call as a model asked for it; `arguments` None where they were no JSON object, `raw` as they came."""

    call_id: str
    name: str
    arguments: dict[str, Any] | None
    raw: str

    @property
    def shown(self) -> dict[str, Any]:
        """The input as the run's events show it."""
        return self.arguments if self.arguments is not None else {"arguments": self.raw[:1000]}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call: the tool's output, or `{"error": …}`."""

    output: dict[str, Any]
    duration_ms: float


async def carry_out(calls: Sequence[Call], tools: Tools, workplace: Workplace) -> list[Outcome]:
    """The outcomes of calls that do not depend on each other, in their order."""
    return list(await asyncio.gather(*(_one(call, tools, workplace) for call in calls)))


async def _one(call: Call, tools: Tools, workplace: Workplace) -> Outcome:
    started = perf_counter()
    output = bounded(await _output(call, tools, workplace))
    return Outcome(output, round((perf_counter() - started) * 1000, 3))


async def _output(call: Call, tools: Tools, workplace: Workplace) -> dict[str, Any]:
    tool = tools.get(call.name)
    if tool is None:
        return {"error": f"There is no tool {call.name[:NAME_LIMIT]!r}; allowed: {', '.join(tools) or 'none'}."}
    if call.arguments is None:
        return {"error": "The arguments are not a JSON object."}
    try:
        async with asyncio.timeout(tool.timeout):
            return await tool(call.arguments, workplace)
    except ValidationError as error:
        return {"error": f"The arguments do not fit: {_explained(error)}"}
    except TimeoutError:
        return {"error": f"The tool did not answer within {tool.timeout:g} seconds."}
    except ToolFailed as error:
        return {"error": str(error)}
    except AgentError as error:
        return {"error": error.message}
    except Exception:
        log.exception("tool failed", extra={"tool": tool.name})
        return {"error": "The tool failed."}


def bounded(output: dict[str, Any]) -> dict[str, Any]:
    """The output, or its beginning where it is too long."""
    try:
        text = orjson.dumps(output)
    except TypeError:
        return {"error": "The tool's output is no JSON."}
    if len(text) <= OUTPUT_LIMIT:
        return output
    return {"truncated": True, "text": text[:OUTPUT_LIMIT].decode("utf-8", "ignore")}


def _explained(error: ValidationError) -> str:
    told = error.errors(include_url=False, include_context=False, include_input=False)[:5]
    return "; ".join(f"{'.'.join(map(str, each['loc'])) or 'arguments'}: {each['msg']}" for each in told)
