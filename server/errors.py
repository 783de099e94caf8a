"""What can go wrong at the doors, in one table: exception → code, HTTP status, WebSocket close code, retryable."""

import json
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from agents.errors import AgentError
from streaming import log
from streaming.event import MalformedId
from streaming.events import RunFailed

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """How an error is told. `close` is the WebSocket close code where the connection cannot go on."""

    code: str
    status: int
    retryable: bool = False
    close: int | None = None


class DoorError(Exception):
    """A request that cannot be served; the message says what to do. `retry_after` in seconds, where that is known."""

    def __init__(
        self,
        problem: Problem,
        message: str,
        headers: dict[str, str] | None = None,
        *,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.problem = problem
        self.message = message
        self.headers = headers or {}
        self.retry_after = retry_after


INVALID = Problem("validation_error", 400)
INVALID_JSON = Problem("invalid_json", 400)
INVALID_EVENT_ID = Problem("invalid_event_id", 400)
UNKNOWN_TOOL = Problem("unknown_tool", 400)
NO_MODEL = Problem("no_model", 400)
UNAUTHORIZED = Problem("unauthorized", 401, close=4501)
TICKET_REFUSED = Problem("ticket_refused", 401, close=4501)
NOT_FOUND = Problem("not_found", 404)
SESSION_NOT_FOUND = Problem("session_not_found", 404, close=4504)
RUN_NOT_FOUND = Problem("run_not_found", 404)
METHOD_NOT_ALLOWED = Problem("method_not_allowed", 405)
REQUEST_TIMEOUT = Problem("request_timeout", 408, retryable=True)
SESSION_BUSY = Problem("session_busy", 409, retryable=True)
RUN_CANCELLED = Problem("run_cancelled", 409)
TOO_LARGE = Problem("payload_too_large", 413)
UNSUPPORTED_MEDIA_TYPE = Problem("unsupported_media_type", 415)
IDEMPOTENCY_CONFLICT = Problem("idempotency_conflict", 422)
QUEUE_FULL = Problem("queue_full", 429, retryable=True)
TOO_FAST = Problem("rate_limited", 429, retryable=True, close=4029)
FLOODED = Problem("rate_limited", 429, retryable=True, close=4029)
TOO_MANY_STREAMS = Problem("too_many_streams", 429, retryable=True, close=4029)
TOO_MANY_RUNS = Problem("too_many_runs", 429, retryable=True)
FORBIDDEN_ORIGIN = Problem("forbidden_origin", 403, close=4503)
INTERNAL = Problem("internal_error", 500, retryable=True)
STORE_UNAVAILABLE = Problem("store_unavailable", 503, retryable=True, close=4010)
STORE_FULL = Problem("store_full", 507, retryable=True)
OVERLOADED = Problem("overloaded", 503, retryable=True)
NO_TICKETS = Problem("tickets_not_configured", 501)
SHUTTING_DOWN = Problem("shutting_down", 503, retryable=True, close=4001)

TABLE: dict[type[Exception], Problem] = {
    ValidationError: INVALID,
    MalformedId: INVALID_EVENT_ID,
    log.SessionNotFound: SESSION_NOT_FOUND,
    log.RunNotFound: RUN_NOT_FOUND,
    log.SessionBusy: SESSION_BUSY,
    log.QueueFull: QUEUE_FULL,
    log.IdempotencyConflict: IDEMPOTENCY_CONFLICT,
    log.StoreFull: STORE_FULL,
    log.StoreUnavailable: STORE_UNAVAILABLE,
}

RUN_FAILURES: dict[str, int] = {
    "model_unavailable": 503,
    "model_rate_limited": 503,
    "model_timeout": 504,
    "model_stream_broken": 502,
    "model_rejected": 502,
    "index_unavailable": 503,
    "store_unavailable": 503,
    "run_timeout": 504,
    "run_lost": 503,
}
"""The HTTP status of a run that failed, for callers who wait for the answer alone."""

HTTP: dict[int, Problem] = {404: NOT_FOUND, 405: METHOD_NOT_ALLOWED, 413: TOO_LARGE}


def problem_of(error: Exception) -> tuple[Problem, str]:
    """How an exception is told, and the message for it. What is not in the table is an internal error."""
    if isinstance(error, DoorError):
        return error.problem, error.message
    if isinstance(error, ValidationError):
        return INVALID, explain(error)
    if isinstance(error, HTTPException):
        return HTTP.get(error.status_code, Problem("http_error", error.status_code)), _advice(error)
    for kind in type(error).__mro__:
        if kind in TABLE:
            return TABLE[kind], str(error)
    return INTERNAL, "Something went wrong on our side. Try again; if it stays, report the request id."


def _advice(error: HTTPException) -> str:
    if error.status_code == 404:
        return "There is nothing at this path: GET /docs shows what there is."
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "other methods").split(", ")
        return f"This path takes {', '.join(sorted(allowed))}."
    return error.detail


def explain(error: ValidationError) -> str:
    """A validation error in one line: each field with what is wrong with it, without echoing its value."""
    parts = []
    for detail in error.errors(include_url=False, include_context=False, include_input=False)[:5]:
        place = ".".join(str(part) for part in detail["loc"]) or "body"
        parts.append(f"{place}: {detail['msg'].removeprefix('Value error, ')}")
    return "; ".join(parts)


def run_failed(failure: dict[str, Any]) -> DoorError:
    """A `run.failed` event's data, for a caller who waits for the answer alone."""
    problem = Problem(failure["code"], RUN_FAILURES.get(failure["code"], 500), failure["retryable"])
    headers = {"Retry-After": "5"} if problem.retryable else None
    return DoorError(problem, failure["message"], headers)


def describe(error: Exception) -> RunFailed:
    """An agent's exception as the ending of its run; what is inside an unexpected one is for the log alone."""
    if isinstance(error, AgentError):
        # The cause's own words may hold a part of a key; its kind tells enough.
        cause = type(error.__cause__).__name__ if error.__cause__ is not None else None
        _log.warning("answer failed", code=error.code, reason=error.message, cause=cause)
        return RunFailed(code=error.code, message=error.message, retryable=error.retryable)
    _log.error("answer failed", exc_info=error)
    return RunFailed(code=INTERNAL.code, message="Something went wrong on our side. Try again.", retryable=True)


def nested(problem: Problem, message: str, *, timestamp: str, request_id: str) -> bytes:
    """The error as `/api` renders it: the contract's ErrorResponse."""
    body = {"code": problem.code, "message": message, "timestamp": timestamp, "requestId": request_id}
    return json.dumps({"error": body}, ensure_ascii=False).encode()


RATE_LIMITED = {"error": "Rate limit exceeded", "error_code": "RATE_LIMIT_EXCEEDED"}
"""How every 429 begins under `/api/v1`; its `detail` says which limit it was."""


def flat(problem: Problem, message: str, *, timestamp: str, retry_after: float) -> bytes:
    """The error as `/api/v1` renders it; `retry_after` in seconds."""
    body: dict[str, object] = {"error": message, "error_code": problem.code.upper()}
    if problem.status == 429:
        body = {**RATE_LIMITED, "retry_after": retry_after, "detail": message}
    elif problem.status >= 500:
        body["timestamp"] = timestamp
    return json.dumps(body, ensure_ascii=False).encode()
