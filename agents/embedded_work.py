"""Works on a task without a model: recognises what the allowed tools can do for it, and says what it is."""

import re
from collections.abc import AsyncIterator, Callable
from time import perf_counter
from typing import Any

from agents.quotes import pieces
from agents.sentences import units
from agents.task import Task
from agents.tool_loop import relevance
from agents.tools.calling import Call, carry_out
from agents.tools.registry import Tools
from agents.tools.tool import Workplace
from streaming.events import AgentStatus, Metrics, Output, RunCompleted, ToolCall, ToolResult

IS = (
    "No language model is configured: this is the embedded engine, which runs the tools that your instructions "
    "plainly ask for and reports what they returned."
)
NOTHING = "None of the allowed tools fits the instructions."

_SUM = re.compile(r"(?:\d[\d.]*|\b(?:abs|ceil|floor|max|min|round|sqrt|sum)\b|[()])[\d\s.()+*/%,-]*\d\)*")
_TIME = re.compile(r"\b(?:time|date|today|now|day|weekday)\b", re.I)
_LIST = re.compile(r"\b(?:list|which|all|overview)\b.*\b(?:documents?|pages?|articles?)\b", re.I | re.S)
_HISTORY = re.compile(r"\b(?:history|earlier|before|so far|previous(?:ly)?|conversation|session)\b", re.I)
_URL = re.compile(r"https?://\S+[^\s.,;:!?)\"']|(?<!\S)/[\w/.-]+")


class EmbeddedWork:
    """A Worker that needs no model."""

    def __init__(self, tools: Tools, workplace: Callable[[Task], Workplace]) -> None:
        self._tools = tools
        self._workplace = workplace

    async def __call__(self, task: Task) -> AsyncIterator[Output]:
        """Tool calls and results, what they amount to, RunCompleted last."""
        started = perf_counter()
        allowed = {name: self._tools[name] for name in task.tools if name in self._tools}
        yield AgentStatus(agent="orchestrator", status="active")
        calls = [Call(f"call_{n}", name, given, "") for n, (name, given) in enumerate(plan(task, allowed))]
        for call in calls:
            yield ToolCall(tool_name=call.name, input=call.shown)
        outcomes = await carry_out(calls, allowed, self._workplace(task))
        parts = [IS]
        best = 0.0
        for call, outcome in zip(calls, outcomes, strict=True):
            yield ToolResult(tool_name=call.name, output=outcome.output, duration_ms=outcome.duration_ms)
            best = max(best, relevance(outcome.output))
            parts.append(told(call, outcome.output))
        text = "\n\n".join(parts if calls else [IS, NOTHING])
        for piece in pieces(text):
            yield piece
        yield AgentStatus(agent="orchestrator", status="complete")
        latency = round((perf_counter() - started) * 1000, 3)
        yield RunCompleted(
            message=text, agent="orchestrator", confidence=best, metrics=Metrics(tokensUsed=0, cost=0, latency=latency)
        )


def plan(task: Task, allowed: Tools) -> list[tuple[str, dict[str, Any]]]:
    """The calls that the instructions plainly ask for; without any, a search. Pure."""
    text = task.instructions
    found: list[tuple[str, dict[str, Any]]] = []
    found += [("calculate", {"expression": each}) for each in sums(text)]
    found += [("get_document", {"url": url}) for url in dict.fromkeys(_URL.findall(text))]
    if _TIME.search(text):
        found.append(("current_time", {}))
    if _LIST.search(text):
        found.append(("list_documents", {}))
    if _HISTORY.search(text):
        found.append(("session_history", {}))
    planned = [(name, given) for name, given in found if name in allowed][:8]
    if not planned and "search_knowledge" in allowed:
        planned = [("search_knowledge", {"query": text[:500], "limit": 3})]
    return planned


def sums(text: str) -> list[str]:
    """The arithmetic in a text: runs of numbers with an operator between them."""
    found = [match.group().strip().rstrip(",.") for match in _SUM.finditer(text)]
    return [each for each in found if re.search(r"[\d)]\s*[-+*/%]+\s*[\d(]|\w\(", each) and len(each) <= 200]


def told(call: Call, output: dict[str, Any]) -> str:
    """What a tool returned, in words."""
    if "error" in output:
        return f"{call.name} failed: {output['error']}"
    match call.name:
        case "calculate":
            return f"{call.shown['expression']} = {output['result']}"
        case "current_time":
            return f"It is {output['weekday']}, {output['time']} ({output['timezone']})."
        case "search_knowledge":
            lines = [f"- {first(each['content'])} ({each['title']}, {each['url']})" for each in output["passages"]]
            return "\n".join(["From the documents:", *lines]) if lines else "The documents say nothing about this."
        case "list_documents":
            lines = [f"- {each['title']} ({each['url']})" for each in output["documents"]]
            return "\n".join([f"There are {output['total']} documents:", *lines])
        case "get_document":
            return f"{output['title']} ({output['url']}):\n\n{output['content']}"
        case "session_history":
            lines = [f"- {each['speaker']}: {each['text']}" for each in output["turns"]]
            return "\n".join(["Said earlier:", *lines]) if lines else "Nothing was said earlier in this session."
    return f"{call.name} returned {output}"


def first(text: str) -> str:
    """The first sentence of a passage that is one."""
    found = units(text)
    return next((text[unit.start : unit.end] for unit in found if unit.kind == "prose"), text[:200]).strip()
