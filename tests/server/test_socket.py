"""The WebSocket's door, spoken to in ASGI: what no client can be made to do at will."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
from structlog.testing import capture_logs

from server.app import create_app
from server.house import open_house
from server.settings import Settings

OPENING = {"type": "websocket.connect"}
GONE = {"type": "websocket.disconnect", "code": 1006}


async def test_a_client_that_goes_while_it_is_written_to_is_no_error(data_dir: Path) -> None:
    """A server's `send` raises OSError then, and its `receive` tells of the end a little later."""
    settings = Settings(_env_file=None, data_dir=data_dir, heartbeat=0.01)  # type: ignore[call-arg]
    app = create_app(lambda: open_house(settings))
    async with app.router.lifespan_context(app):
        session = await app.state.house.store.create_session("")
        follow = orjson.dumps({"type": "follow", "session_id": session.session_id}).decode()
        coming: asyncio.Queue[Any] = asyncio.Queue()
        for message in (OPENING, {"type": "websocket.receive", "text": follow}):
            coming.put_nowait(message)
        in_vain: asyncio.Queue[str] = asyncio.Queue()
        gone = False

        async def send(message: Any) -> None:
            nonlocal gone
            if gone:
                in_vain.put_nowait(message["text"])
                raise OSError("the client is gone")
            gone = "live" in message.get("text", "")

        scope = {"type": "websocket", "path": "/api/ws", "headers": [], "query_string": b"", "client": ("127.0.0.1", 9)}
        with capture_logs() as logs:
            serving = asyncio.create_task(app(scope, coming.get, send))
            for _ in range(2):
                assert "ping" in await asyncio.wait_for(in_vain.get(), 60)
            coming.put_nowait({"type": "websocket.receive", "text": "no JSON"})
            assert "invalid_json" in await asyncio.wait_for(anything_but_pings(in_vain), 60)
            coming.put_nowait(GONE)
            await asyncio.wait_for(serving, 60)
    assert [entry for entry in logs if entry["log_level"] != "info"] == []


async def anything_but_pings(queue: asyncio.Queue[str]) -> str:
    while "ping" in (text := await queue.get()):
        pass
    return text
