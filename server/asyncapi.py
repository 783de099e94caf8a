"""The streams as AsyncAPI 3.0: the session's events over SSE, and the WebSocket with its client's frames."""

from typing import Any

from pydantic import TypeAdapter

from server.published import STREAM
from server.socket_frames import CLIENT_FRAME, Ack, Error
from server.version import VERSION

Json = dict[str, Any]

TEMPLATE = "#/components/schemas/{model}"
CLIENT = ("Follow", "Unfollow", "Send", "Cancel", "Pong")


def document() -> Json:
    """The whole document."""
    schemas: Json = {}
    frame = STREAM.json_schema(mode="serialization", ref_template=TEMPLATE)
    schemas |= frame.pop("$defs")
    schemas |= CLIENT_FRAME.json_schema(ref_template=TEMPLATE)["$defs"]
    for answer in (Ack, Error):
        told = TypeAdapter(answer).json_schema(mode="serialization", ref_template=TEMPLATE)
        schemas |= told.pop("$defs", {}) | {answer.__name__: told}
    served = sorted(
        {
            each["$ref"].rpartition("/")[2]
            for part in (frame["anyOf"])
            for each in part.get("oneOf", [part])
            if "$ref" in each
        }
    )
    messages = {name: message(name) for name in (*served, "Ack", "Error", *CLIENT)}

    def among(names: tuple[str, ...] | list[str], channel: str) -> list[Json]:
        return [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names]

    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "OrchestratAI streams",
            "version": VERSION,
            "description": "A session is a log. Every frame is one JSON object with a `type`; events carry an `id` to "
            "go on from, control frames carry none but for `snapshot`. WebSocket close codes 4000 to 4499 say "
            "reconnect, 4500 to 4999 say do not.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "events": {
                "address": "/api/session/{session_id}/events",
                "title": "A session's events over Server-Sent Events",
                "parameters": {"session_id": {"description": "The session's id."}},
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in served},
            },
            "socket": {
                "address": "/api/ws",
                "title": "One WebSocket for many sessions",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {
                    "ws": {"method": "GET", "query": {"type": "object", "properties": {"ticket": {"type": "string"}}}}
                },
            },
        },
        "operations": {
            "followEvents": {
                "action": "send",
                "channel": {"$ref": "#/channels/events"},
                "messages": among(served, "events"),
            },
            "tellSocket": {
                "action": "send",
                "channel": {"$ref": "#/channels/socket"},
                "messages": among([*served, "Ack", "Error"], "socket"),
            },
            "hearSocket": {
                "action": "receive",
                "channel": {"$ref": "#/channels/socket"},
                "messages": among(CLIENT, "socket"),
            },
        },
        "components": {"messages": messages, "schemas": schemas},
    }


def message(name: str) -> Json:
    """A message whose payload is the schema of that name."""
    return {"name": name, "payload": {"$ref": f"#/components/schemas/{name}"}}
