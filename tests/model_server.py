"""A model's server on loopback that keeps to OpenAI's wire format, and misbehaves on request.

The `model` of a request says how: a behaviour's name, with options as in a query (`paced?rate=50&tokens=100`). Any
other name quotes the first source of the prompt. Requests are recorded; `POST /control/queue` with `{"models": [...]}`
lets the next streamed completions behave so whatever model they name, and `GET /control/requests` lists what came.

    python -m tests.model_server --port 9100
"""

import argparse
import asyncio
import base64
import hashlib
import json
import re
import struct
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from tests import model_tools  # noqa: F401 - its scripts are known by it
from tests.model_failures import FAILS_UNSTREAMED
from tests.model_scripts import quote
from tests.model_wire import SCRIPTS, Hangup, Reply, Request, alone, judged, quoted, usage, words


class Connection(asyncio.StreamReaderProtocol):
    """Notices the client's leaving also while it is being answered."""

    def __init__(self, model: "ModelServer") -> None:
        self.gone = asyncio.Event()
        super().__init__(asyncio.StreamReader(), partial(model.serve, self.gone))

    def eof_received(self) -> bool | None:
        self.gone.set()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()
        super().connection_lost(exc)


class ModelServer:
    """The server: what it was asked, and what it shall do next."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.queue: deque[str] = deque()
        self.aside: str | None = None
        """How all but streamed completions behave, whatever model they name."""
        self.told = asyncio.Event()
        """Set when answers may end that wait for the test's word."""
        self.port = 0
        self.connections = 0
        self._counts: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """What a client takes as its base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def serve(self, gone: asyncio.Event, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while request := await self._receive(reader, gone):
                await self._answer(request, writer)
        except (Hangup, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def close(self) -> None:
        """End what is going on."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _receive(self, reader: asyncio.StreamReader, gone: asyncio.Event) -> Request | None:
        head = await reader.readline()
        if not head:
            return None
        method, path, _ = head.decode().split(" ", 2)
        headers: dict[str, str] = {}
        while raw := (await reader.readline()).decode().strip():
            name, _, value = raw.partition(":")
            headers[name.lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return Request(method, path, headers, json.loads(body) if body else None, gone, self.told)

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if request.path.startswith("/control/"):
            await self._control(request, Reply(writer, request, {}))
            return
        self.requests.append(request)
        model = str((request.body or {}).get("model", ""))
        streamed = (request.body or {}).get("stream")
        if self.queue and streamed:
            model = self.queue.popleft()
        if self.aside is not None and not streamed:
            model = self.aside
        name, _, query = model.partition("?")
        reply = Reply(writer, request, dict(parse_qsl(query, keep_blank_values=True)))
        match (request.method, request.path):
            case ("POST", "/v1/chat/completions"):
                work = self._complete(name, reply)
            case ("GET", "/v1/models"):
                listed = [{"id": known, "object": "model", "created": 1, "owned_by": "tests"} for known in SCRIPTS]
                work = reply.json(200, {"object": "list", "data": listed})
            case ("POST", "/v1/embeddings"):
                work = self._embed(name, reply)
            case ("POST", "/v2/rerank"):
                work = reply.json(200, reranked(request.body))
            case _:
                work = reply.error(404, f"No such path: {request.path}", "not_found")
        await work

    async def _embed(self, name: str, reply: Reply) -> None:
        """Vectors of `dimensions` (256) numbers, or a behaviour that is an error; `too-few` leaves one out."""
        if name.endswith("-then-ok"):
            times = self._counts[name] = self._counts.get(name, 0) + 1
            name = name.removesuffix("-then-ok") if times % 2 else ""
        if name in FAILS_UNSTREAMED:
            return await SCRIPTS[name](reply)
        answer: dict[str, Any] = embeddings({**reply.request.body, **reply.options})
        if name == "too-few":
            answer["data"].pop()
        return await reply.json(200, answer)

    async def _complete(self, name: str, reply: Reply) -> None:
        if name.endswith("-then-ok"):
            times = self._counts[name] = self._counts.get(name, 0) + 1
            name = name.removesuffix("-then-ok") if times % 2 else "quote"
        if not reply.request.body.get("stream"):
            if name in FAILS_UNSTREAMED:
                return await SCRIPTS[name](reply)
            asked = reply.request.asked
            text = reply.options["text"] if name == "says" else alone(asked) or judged(asked) or quoted(asked)
            message = {"role": "assistant", "content": text}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            return await reply.json(200, {**usage(len(words(text))), "choices": [choice], "object": "chat.completion"})
        return await SCRIPTS.get(name, quote)(reply)

    async def _control(self, request: Request, reply: Reply) -> None:
        if request.method == "POST":
            self.queue.extend(request.body["models"])
        told = [{"method": r.method, "path": r.path, "headers": r.headers, "body": r.body} for r in self.requests]
        await reply.json(200, {"requests": told, "queue": list(self.queue)})


def embeddings(body: dict[str, Any]) -> dict[str, object]:
    """Unit vectors of `dimensions` (256) numbers from hashed words: texts that share words are near each other."""
    texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
    size = int(body.get("dimensions", 256))
    data = []
    for index, text in enumerate(texts):
        vector = [0.0] * size
        for word in re.findall(r"\w+", str(text).lower()):
            digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
            vector[int.from_bytes(digest[:4], "big") % size] += 1.0 if digest[4] & 1 else -1.0
        norm = sum(x * x for x in vector) ** 0.5 or 1.0
        unit: Any = [x / norm for x in vector]
        if body.get("encoding_format") == "base64":
            unit = base64.b64encode(struct.pack(f"<{size}f", *unit)).decode()
        data.append({"object": "embedding", "index": index, "embedding": unit})
    tokens = sum(len(words(str(text))) for text in texts)
    return {
        "object": "list",
        "data": data,
        "model": body.get("model"),
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


def reranked(body: dict[str, Any]) -> dict[str, object]:
    """Cohere's rerank: the share of the query's words that a document has."""
    query = set(re.findall(r"\w+", body["query"].lower()))
    scored = [
        (len(query & set(re.findall(r"\w+", str(document).lower()))) / max(1, len(query)), index)
        for index, document in enumerate(body["documents"])
    ]
    scored.sort(key=lambda pair: (-pair[0], pair[1]))
    results = [{"index": index, "relevance_score": score} for score, index in scored[: body.get("top_n") or None]]
    return {"id": "rerank-1", "results": results, "meta": {"api_version": {"version": "2"}}}


@asynccontextmanager
async def model_server(port: int = 0) -> AsyncIterator[ModelServer]:
    """A server on a free port of loopback, in this event loop."""
    model = ModelServer()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(model), "127.0.0.1", port)
    model.port = server.sockets[0].getsockname()[1]
    try:
        yield model
    finally:
        server.close()
        await model.close()
        await server.wait_closed()


async def main(port: int) -> None:
    async with model_server(port) as server:
        print(f"model server at {server.url}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    with suppress(KeyboardInterrupt):
        asyncio.run(main(parser.parse_args().port))
