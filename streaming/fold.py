"""What a session's events amount to: the state a reader builds up, event by event. Pure; the page has its twin."""

from collections.abc import Iterable, Mapping
from typing import Any

State = dict[str, Any]
"""`{"last_id": str, "runs": [run, …]}`, runs in the order of their start."""

_LOGS = ("routing", "vector_search", "cache", "documents")


def empty() -> State:
    """A session without events."""
    return {"last_id": "0-0", "runs": []}


def new_run(run_id: str) -> dict[str, Any]:
    """A run of which nothing is known yet."""
    return {
        "run_id": run_id,
        "status": "running",
        "kind": "chat",
        "question": "",
        "attempt": 1,
        "text": "",
        "agents": {},
        "logs": [],
        "citations": [],
        "tool_calls": [],
    }


def fold(events: Iterable[Mapping[str, Any]], state: State | None = None) -> State:
    """The state after the events. An event that is not newer than the state's last is passed over."""
    state = empty() if state is None else state
    for event in events:
        apply(state, event)
    return state


def apply(state: State, event: Mapping[str, Any]) -> None:
    """Change the state by one event."""
    if _key(event["id"]) <= _key(state["last_id"]):
        return
    state["last_id"] = event["id"]
    run = next((run for run in reversed(state["runs"]) if run["run_id"] == event["run_id"]), None)
    if run is None:
        run = new_run(event["run_id"])
        state["runs"].append(run)
    _apply(run, event["type"], event["data"], event["timestamp"])


def _apply(run: dict[str, Any], kind: str, data: Mapping[str, Any], timestamp: str) -> None:
    if kind == "token":
        run["text"] += data["text"]
    elif kind in _LOGS:
        run["logs"].append(data)
    elif kind == "citation":
        run["citations"].append(data)
    elif kind == "agent.status":
        run["agents"][data["agent"]] = data["status"]
    elif kind == "run.started":
        run.update(kind=data["kind"], question=data["message"], started_at=timestamp)
    elif kind == "run.restarted":
        run.update(attempt=data["attempt"], text="", agents={}, logs=[], citations=[], tool_calls=[])
    elif kind == "tool.call":
        run["tool_calls"].append({"tool_name": data["tool_name"], "input": data["input"]})
    elif kind == "tool.result":
        _answer_tool(run["tool_calls"], data)
    elif kind == "run.completed":
        run.update(
            status="completed",
            text=data["message"],
            agent=data["agent"],
            confidence=data["confidence"],
            sources=list(data.get("sources", [])),
            metrics=data["metrics"],
        )
    elif kind == "run.failed":
        run.update(status="failed", error=dict(data))
    elif kind == "run.cancelled":
        run.update(status="cancelled", cancelled_by=data["by"])


def _answer_tool(calls: list[dict[str, Any]], data: Mapping[str, Any]) -> None:
    for call in calls:
        if call["tool_name"] == data["tool_name"] and "output" not in call:
            call.update(output=data["output"], duration_ms=data["duration_ms"])
            return


def _key(event_id: str) -> tuple[int, int]:
    generation, _, sequence = event_id.partition("-")
    return int(generation), int(sequence)
