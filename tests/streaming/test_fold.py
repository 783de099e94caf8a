"""What events amount to."""

import json

from streaming.event import Encoder
from streaming.events import Citation, RunCancelled, RunFailed, RunRestarted, RunStarted, ToolCall, ToolResult
from streaming.fold import State, fold
from tests.streaming.facts import STARTED, completed


def folded(*facts: object, generation: int = 3) -> State:
    encoder = Encoder("s", "r", generation)
    events = [
        encoder.token(fact, 1.0) if isinstance(fact, str) else encoder.fact(fact, 1.0)  # type: ignore[arg-type]
        for fact in facts
    ]
    once = fold(json.loads(event.body) for event in events)
    twice = fold(json.loads(event.body) for event in [event for event in events for _ in range(2)])
    assert once == twice, "an event that comes twice must not count twice"
    return once


def test_the_answer_is_the_tokens_joined() -> None:
    run = folded(STARTED, "It is ", "12 €.", completed("It is 12 €."))["runs"][0]
    assert run["text"] == "It is 12 €."
    assert run["status"] == "completed"
    assert run["question"] == "How much is it?"
    assert run["confidence"] == 0.9


def test_a_restarted_run_drops_what_the_attempt_before_left() -> None:
    cited = Citation(marker=1, chunk_id="c", url="u", position=0, relevance_score=0.5)
    run = folded(STARTED, "Half an ans", cited, RunRestarted(attempt=2, reason="lost"), "Whole.")["runs"][0]
    assert run["text"] == "Whole."
    assert run["citations"] == []
    assert run["attempt"] == 2


def test_failures_and_cancellations_keep_what_was_said() -> None:
    failed = folded(STARTED, "Half", RunFailed(code="model_timeout", message="m", retryable=True))["runs"][0]
    assert (failed["status"], failed["text"], failed["error"]["code"]) == ("failed", "Half", "model_timeout")
    cancelled = folded(STARTED, "Half", RunCancelled(by="user"))["runs"][0]
    assert (cancelled["status"], cancelled["cancelled_by"]) == ("cancelled", "user")


def test_tool_results_find_their_calls() -> None:
    run = folded(
        STARTED,
        ToolCall(tool_name="calculate", input={"expression": "1+1"}),
        ToolCall(tool_name="calculate", input={"expression": "2+2"}),
        ToolResult(tool_name="calculate", output={"value": 2}, duration_ms=1),
        ToolResult(tool_name="calculate", output={"value": 4}, duration_ms=1),
    )["runs"][0]
    assert [call["output"]["value"] for call in run["tool_calls"]] == [2, 4]


def test_runs_stand_in_the_order_of_their_start() -> None:
    first = [json.loads(Encoder("s", "a", 1).fact(RunStarted(kind="chat", message="1"), 0).body)]
    second = [json.loads(Encoder("s", "b", 2).fact(RunStarted(kind="chat", message="2"), 0).body)]
    assert [run["run_id"] for run in fold(first + second)["runs"]] == ["a", "b"]
