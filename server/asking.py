"""One question from the terminal: to the agents in this process, or to the server that has the DATA_DIR."""

import asyncio
import json
import urllib.request
from collections.abc import AsyncGenerator, Iterator
from typing import Any, cast

from agents.question import Question
from server.configured import open_configured_agents
from server.data_dir import claim_data_dir
from server.settings import Settings
from streaming.event import Encoder
from streaming.events import AgentId

TIMEOUT = 330.0


async def ask_here(settings: Settings, question: str, agent: str | None) -> AsyncGenerator[dict[str, Any], None]:
    """The events of an answer given in this process; nothing is stored. Raises DataDirInUse, AgentError."""
    encoder = Encoder("terminal", "terminal", 1)
    with claim_data_dir(settings.data_dir, None):
        async with open_configured_agents(settings) as agents:
            async for item in agents.answer(Question(question, agent=cast("AgentId | None", agent))):
                event = encoder.token(item, 0) if isinstance(item, str) else encoder.fact(item, 0)
                yield json.loads(event.body)


async def ask_there(url: str, question: str, agent: str | None) -> AsyncGenerator[dict[str, Any], None]:
    """The events of an answer given by a running server. Raises OSError when it cannot be reached."""
    lines = await asyncio.to_thread(_post, url, question, agent)
    while (line := await asyncio.to_thread(next, lines, None)) is not None:
        yield line


def _post(url: str, question: str, agent: str | None) -> Iterator[dict[str, Any]]:
    session = _open(urllib.request.Request(f"{url}/api/session", method="POST"))  # noqa: S310 - the lock file's URL
    body = {"message": question, "session_id": json.load(session)["session_id"]} | ({"agent": agent} if agent else {})
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
    request = urllib.request.Request(f"{url}/api/chat", json.dumps(body).encode(), headers)  # noqa: S310
    return (json.loads(line[6:]) for line in _open(request) if line.startswith(b"data: "))


def _open(request: urllib.request.Request) -> Any:
    return urllib.request.urlopen(request, timeout=TIMEOUT)  # noqa: S310
