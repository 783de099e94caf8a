"""Around every request: its id in and out, the security headers, and one line in the log."""

import re
import time
import uuid
from collections.abc import Awaitable, Callable

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("orchestratai.access")

_REQUEST_ID = re.compile(rb"[\x21-\x7e]{1,128}")

SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
]


Rest = Callable[[Receive, Send], Awaitable[None]]

LATER = "orchestratai.later"


async def outlive(scope: Scope, receive: Receive, send: Send, rest: Rest) -> None:
    """Run the rest of a long response once the application has returned.

    Its dozen frames and objects would otherwise stay in memory as long as the stream, for each reader.
    """
    if LATER in scope:
        scope[LATER].append(rest)
    else:
        await rest(receive, send)


class RequestContext:
    """Pure ASGI: adds a function call to a request, and nothing but a comparison to each event of a stream."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex.encode()
        state = scope.setdefault("state", {})
        state["request_id"] = request_id.decode()
        started = time.monotonic()
        status = 0

        def finish(message: Message) -> None:
            nonlocal status
            kind = message["type"]
            if kind == "http.response.start" or kind == "websocket.http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *SECURITY, (b"x-request-id", request_id)]
                message["headers"] += state.get("headers", ())
                if "session_id" in state:
                    message["headers"].append((b"x-session-id", state["session_id"].encode()))
            elif kind == "websocket.accept":
                status = 101
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id)]

        async def first(message: Message) -> None:
            finish(message)
            await send(message)

        def forward(message: Message):  # type: ignore[no-untyped-def]
            return send(message) if status else first(message)

        later: list[Rest] = []
        scope[LATER] = later
        try:
            await self._app(scope, receive, forward)
            for rest in later:
                await rest(receive, forward)
        finally:
            log.info(
                "request",
                method=scope.get("method", "WS"),
                path=scope["path"],
                status=status,
                ms=round((time.monotonic() - started) * 1000, 1),
                request_id=state["request_id"],
            )
