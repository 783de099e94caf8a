"""An exception as an HTTP response, in the shape of the contract that its path belongs to."""

from math import ceil

import structlog
from starlette.responses import Response
from starlette.types import Scope

from server.errors import DoorError, flat, nested, problem_of
from server.house import House
from streaming.event import iso
from streaming.log import StoreError, StoreFull, StoreUnavailable

log = structlog.get_logger(__name__)

V1 = "/api/v1/"

RETRY_AFTER = 1.0
"""Seconds to wait where an error does not know better."""


def error_response(house: House, scope: Scope, error: Exception) -> Response:
    """The error with its status and headers. What went wrong inside is told to the log alone."""
    problem, message = problem_of(error)
    request_id, timestamp = scope["state"]["request_id"], iso(house.clock())
    if isinstance(error, StoreError) and problem.status >= 500:
        house.metrics.store_errors.labels(type(error).__name__).inc()
    elif problem.status in (401, 403, 429, 503):
        house.metrics.refused.labels(problem.code).inc()
    if isinstance(error, StoreUnavailable):  # one that is full waits for somebody; one that is away comes back
        tell = log.error if isinstance(error, StoreFull) else log.warning
        tell("request failed", code=problem.code, request_id=request_id, reason=message)
    elif problem.status >= 500 and not isinstance(error, DoorError):
        log.error("request failed", code=problem.code, request_id=request_id, exc_info=error)
    headers = dict(getattr(error, "headers", None) or {})
    given = getattr(error, "retry_after", None)
    retry_after = float(headers.get("Retry-After", RETRY_AFTER)) if given is None else round(given, 3)
    if given is not None or (problem.retryable and problem.status in (429, 503)):
        headers.setdefault("Retry-After", str(max(1, ceil(retry_after))))
    if problem.status == 401:
        headers.setdefault("WWW-Authenticate", "Bearer")
    if scope["path"].startswith(V1):
        body = flat(problem, message, timestamp=timestamp, retry_after=retry_after)
    else:
        body = nested(problem, message, timestamp=timestamp, request_id=request_id)
    return Response(body, problem.status, headers, "application/json")
