"""Reading requests: bodies bounded in size and time, JSON that is what it says it is, headers that make sense."""

import asyncio
import hashlib
from typing import TypeVar

import orjson
from pydantic import BaseModel
from starlette.requests import Request

from server.errors import INVALID, INVALID_JSON, REQUEST_TIMEOUT, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, DoorError
from streaming.log import Idempotency

T = TypeVar("T", bound=BaseModel)

BODY_LIMIT = 64 * 1024
BODY_TIMEOUT = 10.0
KEY_LIMIT = 255


async def read_body(request: Request) -> bytes:
    """The whole body. Raises DoorError: 413 over 64 KiB, 408 when it does not arrive within 10 s."""
    too_large = DoorError(TOO_LARGE, f"The body is larger than {BODY_LIMIT} bytes.")
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > BODY_LIMIT:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            async for part in request.stream():
                body += part
                if len(body) > BODY_LIMIT:
                    raise too_large
    except TimeoutError:
        message = f"The body did not arrive within {BODY_TIMEOUT:.0f} seconds."
        raise DoorError(REQUEST_TIMEOUT, message, {"Connection": "close"}) from None
    return bytes(body)


def parse_json(body: bytes | str, model: type[T]) -> T:
    """The body as the model. Raises DoorError for what is not JSON, ValidationError for what does not fit."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise DoorError(INVALID_JSON, f"The body is not valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise DoorError(INVALID, "The body must be a JSON object.")
    return model.model_validate(value)


async def read_json(request: Request, model: type[T]) -> tuple[T, bytes]:
    """The request's JSON as the model, and its bytes. Raises DoorError, ValidationError."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise DoorError(UNSUPPORTED_MEDIA_TYPE, "Send the body as JSON, with Content-Type: application/json.")
    body = await read_body(request)
    return parse_json(body, model), body


def idempotency(key: str | None, body: BaseModel) -> Idempotency | None:
    """The caller's Idempotency-Key with a digest of the request. Raises DoorError for an unusable key."""
    if key is None:
        return None
    if not key or len(key) > KEY_LIMIT or not key.isascii() or not key.isprintable():
        raise DoorError(INVALID, f"Idempotency-Key must be 1 to {KEY_LIMIT} printable ASCII characters.")
    return Idempotency(key, hashlib.sha256(body.model_dump_json().encode()).hexdigest())


def wants_events(request: Request) -> bool:
    """Whether the caller asks for the run's events rather than the answer alone."""
    return "text/event-stream" in request.headers.get("accept", "").lower()


def prefers_async(request: Request) -> bool:
    """Whether the caller asks not to be kept waiting (RFC 7240)."""
    preferences = request.headers.get("prefer", "").lower().split(",")
    return any(preference.partition(";")[0].strip() == "respond-async" for preference in preferences)
