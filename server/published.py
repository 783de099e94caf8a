"""The event vocabulary as JSON Schema, for those who write clients."""

from functools import cache

import orjson
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from streaming.control import Bye, Control, Hello, Live, Ping, Snapshot
from streaming.envelope import AnyEvent

STREAM: TypeAdapter[AnyEvent | Control] = TypeAdapter(AnyEvent | Hello | Live | Ping | Bye | Snapshot)


@cache
def event_schemas() -> bytes:
    """One schema of all that can come over a stream: events and control frames, told apart by `type`."""
    schema = STREAM.json_schema(mode="serialization")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "OrchestratAI events",
        "description": "Every event (with an id) and control frame (without, but for snapshot) of a stream.",
    }
    return orjson.dumps(head | schema, option=orjson.OPT_INDENT_2)


def shown(body: bytes, media_type: str) -> Response:
    """A document that changes with the version alone."""
    return Response(body, media_type=media_type, headers={"Cache-Control": "max-age=3600"})


async def schemas(request: Request) -> Response:
    """GET /schemas/events.json."""
    return shown(event_schemas(), "application/schema+json")
