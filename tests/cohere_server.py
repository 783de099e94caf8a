"""Cohere's server on loopback: reranks and embeds in its wire format, and misbehaves on request.

As in tests/model_server.py a request's `model` says how, or what was queued: a behaviour's name, with options as in a
query; any other name does what was asked, and `…-then-ok` misbehaves every other time.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

from tests.model_server import Connection, ModelServer, embeddings, reranked
from tests.model_wire import Reply, Request

GARBAGE = b"{garbage"
Behaviour = Callable[[Reply], Awaitable[None]]


async def limited(reply: Reply) -> None:
    headers = {"retry_after": reply.options["after"]} if "after" in reply.options else {}
    await reply.json(429, {"message": "too many requests"}, **headers)


async def failing(reply: Reply) -> None:
    await reply.json(500, {"message": "internal error"})


async def refusing(reply: Reply) -> None:
    await reply.json(401, {"message": f"invalid api token: {reply.request.headers['authorization']}"})


async def unknown(reply: Reply) -> None:
    await reply.json(404, {"message": f"model '{reply.request.body['model']}' not found"})


async def silent(reply: Reply) -> None:
    await reply.hang()


async def garbage(reply: Reply) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(GARBAGE)
    await reply.send(head + GARBAGE)


async def shapeless(reply: Reply) -> None:
    await reply.json(200, {"id": "1", "results": [{"index": "first"}], "embeddings": {"float": [["a"]]}})


async def too_few(reply: Reply) -> None:
    """One answer less than was asked for."""
    answer = answered(reply)
    answer["results"] = answer.get("results", [])[:-1]
    if "embeddings" in answer:
        answer["embeddings"]["base64"].pop()
    await reply.json(200, answer)


async def beyond(reply: Reply) -> None:
    """Scores, and numbers, that cannot be."""
    body = reply.request.body
    results = [{"index": n, "relevance_score": 7.5} for n in range(len(body.get("documents", [])))]
    vectors = [[1e300] * 256 for _ in body.get("texts", [])]
    await reply.json(200, {"results": results, "embeddings": {"float": vectors}})


async def last_first(reply: Reply) -> None:
    """The order turned round."""
    count = len(reply.request.body["documents"])
    results = [{"index": n, "relevance_score": (n + 1) / count} for n in reversed(range(count))]
    await reply.json(200, {"id": "1", "results": results, "meta": {"api_version": {"version": "2"}}})


async def obliging(reply: Reply) -> None:
    await reply.json(200, answered(reply))


BEHAVIOURS: dict[str, Behaviour] = {
    "429": limited,
    "500": failing,
    "401": refusing,
    "404": unknown,
    "silent": silent,
    "garbage": garbage,
    "shapeless": shapeless,
    "too-few": too_few,
    "beyond": beyond,
    "last-first": last_first,
}


def answered(reply: Reply) -> dict[str, Any]:
    """What a Cohere that works says. The option `dimensions` (256) is how long its vectors are."""
    request, options = reply.request, reply.options
    body = request.body
    if request.path == "/v2/rerank":
        return reranked(body)
    assert body["input_type"] in ("search_query", "search_document"), body
    assert body["embedding_types"] == ["base64"], body
    found: Any = embeddings({"input": body["texts"], "encoding_format": "base64", **options})["data"]
    vectors = [each["embedding"] for each in found]
    return {"id": "1", "embeddings": {"base64": vectors}, "texts": body["texts"], "meta": {}}


class CohereServer(ModelServer):
    """The server: what it was asked, and what it shall do next."""

    @property
    def url(self) -> str:
        """What a client takes as its base URL."""
        return f"http://127.0.0.1:{self.port}"

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if request.path.startswith("/v1/models"):
            await Reply(writer, request, {}).json(401 if self.aside == "401" else 200, {"models": []})
            return
        self.requests.append(request)
        told = self.queue.popleft() if self.queue else self.aside or str(request.body["model"])
        name, _, query = told.partition("?")
        if name.endswith("-then-ok"):
            times = self._counts[name] = self._counts.get(name, 0) + 1
            name = name.removesuffix("-then-ok") if times % 2 else ""
        await BEHAVIOURS.get(name, obliging)(Reply(writer, request, dict(parse_qsl(query))))


@asynccontextmanager
async def cohere_server() -> AsyncIterator[CohereServer]:
    """A server on a free port of loopback, in this event loop."""
    cohere = CohereServer()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(cohere), "127.0.0.1", 0)
    cohere.port = server.sockets[0].getsockname()[1]
    try:
        yield cohere
    finally:
        server.close()
        await cohere.close()
        await server.wait_closed()
