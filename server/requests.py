"""Reading requests: bodies bounded in size and time, JSON that is what it says it is, headers that make sense."""

import asyncio
import hashlib
import re
from dataclasses import asdict
from typing import TypeVar

import orjson
from pydantic import BaseModel
from starlette.requests import Request

from server.errors import INVALID, INVALID_JSON, REQUEST_TIMEOUT, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, DoorError
from streaming.log import Idempotency, OnBusy, RunRequest

T = TypeVar("T", bound=BaseModel)

BODY_LIMIT = 64 * 1024
KEY_LIMIT = 255

PLAIN = {"Accept-Encoding": "identity"}
"""With a 415: how bodies are taken (RFC 9110, 12.5.3)."""


async def read_body(request: Request) -> bytes:
    """The whole body. Raises DoorError: 413 over 64 KiB, 408 after BODY_TIMEOUT, 415 when compressed."""
    coding = request.headers.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity"):
        raise DoorError(UNSUPPORTED_MEDIA_TYPE, "Send the body uncompressed, without Content-Encoding.", PLAIN)
    timeout: float = request.app.state.house.settings.body_timeout
    too_large = f"The body is larger than {BODY_LIMIT} bytes."
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > BODY_LIMIT:
        raise DoorError(TOO_LARGE, too_large)
    body = bytearray()
    try:
        async with asyncio.timeout(timeout):
            async for part in request.stream():
                if len(body) <= BODY_LIMIT:  # the rest is let pass: closing on a client that writes loses the answer
                    body += part
    except TimeoutError:
        if len(body) > BODY_LIMIT:
            raise DoorError(TOO_LARGE, too_large, {"Connection": "close"}) from None
        message = f"The body did not arrive within {timeout:g} seconds."
        raise DoorError(REQUEST_TIMEOUT, message, {"Connection": "close"}) from None
    if len(body) > BODY_LIMIT:
        raise DoorError(TOO_LARGE, too_large)
    return bytes(body)


def parse_json(body: bytes, model: type[T]) -> T:
    """The body as the model. Raises DoorError for what is not JSON, ValidationError for what does not fit."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise DoorError(INVALID_JSON, f"The body is not valid JSON: {_what_is_wrong(body, error)}") from None
    if not isinstance(value, dict):
        raise DoorError(INVALID, "The body must be a JSON object.")
    return model.model_validate(value)


def _what_is_wrong(body: bytes, error: orjson.JSONDecodeError) -> str:
    """orjson speaks of surrogates where bytes are no UTF-8."""
    try:
        body.decode()
    except UnicodeDecodeError as wrong:
        return f"byte {wrong.start} is not UTF-8."
    return str(error)


async def read_json(request: Request, model: type[T]) -> tuple[T, bytes]:
    """The request's JSON as the model, and its bytes. Raises DoorError, ValidationError."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise DoorError(UNSUPPORTED_MEDIA_TYPE, "Send the body as JSON, with Content-Type: application/json.")
    body = await read_body(request)
    return parse_json(body, model), body


def idempotency(key: str | None, scope: str, request: RunRequest, on_busy: OnBusy) -> Idempotency | None:
    """The caller's Idempotency-Key within its scope, with a digest of what is asked, the same on every door.

    The scope is the session that the caller names, else the client: so no key that others guess gives them a run of
    another's session. Raises DoorError for an unusable key.
    """
    if key is None:
        return None
    if not key or len(key) > KEY_LIMIT or not key.isascii() or not key.isprintable():
        raise DoorError(INVALID, f"Idempotency-Key must be 1 to {KEY_LIMIT} printable ASCII characters.")
    asked = orjson.dumps([scope, asdict(request), on_busy], option=orjson.OPT_SORT_KEYS)
    return Idempotency(f"{scope} {key}", hashlib.sha256(asked).hexdigest())


def wants_events(request: Request) -> bool:
    """Whether the caller asks for the run's events rather than the answer alone: where it takes both alike, it does."""
    events = answer = 0.0
    for part in request.headers.get("accept", "").lower().split(","):
        media_type, *parameters = [each.strip() for each in part.split(";")]
        weight = next((_weight(each[2:]) for each in parameters if each.startswith("q=")), 1.0)
        if media_type == "text/event-stream":
            events = weight
        elif media_type == "application/json":
            answer = weight
    return events > 0 and events >= answer


def _weight(text: str) -> float:
    """A quality, 0..1 (RFC 9110, 12.4.2); one that is none counts as 1."""
    return float(text) if re.fullmatch(r"[01](\.\d{0,3})?", text) else 1.0


def prefers_async(request: Request) -> bool:
    """Whether the caller asks not to be kept waiting (RFC 7240)."""
    preferences = request.headers.get("prefer", "").lower().split(",")
    return any(preference.partition(";")[0].strip() == "respond-async" for preference in preferences)
