"""A model's server on loopback that keeps to OpenAI's wire format, and misbehaves on request.

The `model` of a request says how: a behaviour's name, with options as in a query (`paced?rate=50&tokens=100`). Any
other name quotes the first source of the prompt. Requests are recorded; `POST /control/queue` with `{"models": [...]}`
lets the next requests behave so whatever model they name, and `GET /control/requests` lists what came.

    python -m tests.model_server --port 9100
"""

import argparse
import asyncio
import base64
import hashlib
import json
import random
import re
import struct
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from agents.evaluation.miscites import Claim, claims
from agents.passage import Passage

REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}
REASONS |= {429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}
BURST = 64
"""Tokens handed to the socket at a time by a model that is as fast as it can be."""


@dataclass
class Request:
    """One request as it came; `sent` holds each token's time.monotonic_ns, `gone` is set when the client leaves.

    `told` is set when the test says that an answer may end. `claims` are those of an answer that cites wrongly on
    purpose.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    gone: asyncio.Event
    told: asyncio.Event
    sent: list[int] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)

    @property
    def asked(self) -> str:
        """The last message."""
        return str(self.body["messages"][-1]["content"])


class Hangup(Exception):
    """The script drops the connection."""


class Reply:
    """What a script writes its answer with."""

    def __init__(self, writer: asyncio.StreamWriter, request: Request, options: dict[str, str]) -> None:
        self._writer = writer
        self._request = request
        self.options = options
        self.request = request

    def option(self, name: str, default: float) -> float:
        return float(self.options.get(name, default))

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def json(self, status: int, value: object, **headers: str) -> None:
        body = json.dumps(value).encode()
        lines = [f"HTTP/1.1 {status} {REASONS[status]}", "content-type: application/json"]
        lines += [f"content-length: {len(body)}", *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items())]
        await self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    async def error(self, status: int, message: str, code: str, **headers: str) -> None:
        kind = "invalid_request_error" if status < 429 else code
        await self.json(status, {"error": {"message": message, "type": kind, "code": code}}, **headers)

    async def start(self) -> None:
        await self.send(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
            b"cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
        )

    async def raw(self, data: bytes) -> None:
        """One HTTP chunk."""
        await self.send(b"%x\r\n%b\r\n" % (len(data), data))

    async def event(self, value: object) -> None:
        await self.raw(line(value))

    async def text(self, *pieces: str) -> None:
        for piece in pieces:
            self._request.sent.append(time.monotonic_ns())
            await self.event(delta({"content": piece}))

    async def finish(self, reason: str = "stop", tokens: int | None = None) -> None:
        count = len(self._request.sent) if tokens is None else tokens
        await self.event(delta({}, reason))
        await self.event(usage(count))
        await self.done()

    async def done(self) -> None:
        await self.raw(b"data: [DONE]\n\n")
        await self.end()

    async def end(self) -> None:
        await self.send(b"0\r\n\r\n")

    async def until_gone(self, seconds: float) -> None:
        """Wait, unless the client leaves."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._request.gone.wait(), seconds)
            raise Hangup

    async def until_told(self) -> None:
        """Wait for the test's word, unless the client leaves."""
        waits = [asyncio.ensure_future(each.wait()) for each in (self._request.told, self._request.gone)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if self._request.gone.is_set():
            raise Hangup

    async def hang(self) -> None:
        """Say nothing until the client leaves."""
        await self._request.gone.wait()
        raise Hangup


Script = Callable[[Reply], Awaitable[None]]
SCRIPTS: dict[str, Script] = {}


def script(name: str) -> Callable[[Script], Script]:
    def put(function: Script) -> Script:
        SCRIPTS[name] = function
        return function

    return put


def chunk(**rest: object) -> dict[str, object]:
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "scripted", **rest}


def delta(change: object, finish: str | None = None) -> dict[str, object]:
    return chunk(
        choices=[{"index": 0, "delta": change, "logprobs": None, "finish_reason": finish}], system_fingerprint="fp"
    )


def usage(tokens: int) -> dict[str, object]:
    return chunk(choices=[], usage={"prompt_tokens": 10, "completion_tokens": tokens, "total_tokens": 10 + tokens})


def line(value: object) -> bytes:
    return b"data: " + json.dumps(value, separators=(",", ":")).encode() + b"\n\n"


def quoted(asked: str) -> str:
    """The first sentence of the prompt's first source, cited."""
    found = re.search(r"<source n=\"1\"[^>]*>\s*(.+?[.!?])(?:\s|$)", asked, re.DOTALL)
    return f"{found.group(1).rstrip('.')} [1]." if found else "Hello! How can I help you?"


def alone(asked: str) -> str:
    """A message that is to be made to stand alone, with the customer's turn before it."""
    message = re.search(r"<message>\s*(.+?)\s*</message>", asked, re.DOTALL)
    before = re.findall(r"^Customer: (.+)$", asked, re.MULTILINE)
    return f"{message[1]} ({before[-1]})" if message and before else ""


def words(text: str) -> list[str]:
    """As a tokenizer would cut it: each word with the space before it."""
    return re.findall(r"\s*\S+", text)


@script("quote")
async def quote(reply: Reply) -> None:
    await reply.start()
    await reply.event(delta({"role": "assistant", "content": "", "refusal": None}))
    await reply.text(*words(quoted(reply.request.asked)))
    await reply.finish()


@script("echo")
async def echo(reply: Reply) -> None:
    await reply.start()
    await reply.text(*words(reply.request.asked))
    await reply.finish()


@script("fast")
async def fast(reply: Reply) -> None:
    """`tokens` (1000) as fast as the client takes them."""
    tokens = int(reply.option("tokens", 1000))
    one = line(delta({"content": " token"}))
    burst = b"%x\r\n%b\r\n" % (len(one), one)
    await reply.start()
    for sent in range(0, tokens, BURST):
        await reply.send(burst * min(BURST, tokens - sent))
    await reply.finish(tokens=tokens)


@script("paced")
async def paced(reply: Reply) -> None:
    """`tokens` (100) at `rate` (50) a second; with `stamp=1` each is the time.monotonic_ns of its sending.

    With `until=told` it ends no sooner than the test says so.
    """
    tokens, gap = int(reply.option("tokens", 100)), 1 / reply.option("rate", 50)
    loop = asyncio.get_running_loop()
    begin = loop.time()
    await reply.start()
    for n in range(tokens):
        await asyncio.sleep(max(0.0, begin + n * gap - loop.time()))
        await reply.text(f" {time.monotonic_ns()}" if "stamp" in reply.options else f" token{n}")
    if "until" in reply.options:
        await reply.until_told()
    await reply.finish()


@script("429")
async def too_many(reply: Reply) -> None:
    wait = {"retry_after_ms": reply.options["ms"]} if "ms" in reply.options else {}
    wait |= {"retry_after": reply.options.get("after", "0.01")}
    await reply.error(429, "Slow down", "rate_limit_exceeded", **wait)


@script("quota")
async def quota(reply: Reply) -> None:
    await reply.error(429, "You exceeded your current quota", "insufficient_quota", retry_after="0.01")


@script("500")
async def failing(reply: Reply) -> None:
    await reply.error(500, "Oops", "server_error", retry_after="0.01")


@script("401")
async def unauthorised(reply: Reply) -> None:
    key = reply.request.headers["authorization"].removeprefix("Bearer ")
    await reply.error(401, f"Incorrect API key provided: {key}.", "invalid_api_key")


@script("403")
async def forbidden(reply: Reply) -> None:
    await reply.error(403, "Country not supported", "unsupported_country")


@script("404")
async def unknown(reply: Reply) -> None:
    await reply.error(404, "The model `404` does not exist", "model_not_found")


@script("400")
async def refused(reply: Reply) -> None:
    key = reply.request.headers["authorization"].removeprefix("Bearer ")
    await reply.error(400, f"Prompt too long for {key}", "context_length_exceeded")


@script("cut")
async def cut(reply: Reply) -> None:
    await reply.start()
    await reply.text("The", " refund")
    raise Hangup


@script("cut-politely")
async def cut_politely(reply: Reply) -> None:
    await reply.start()
    await reply.text("The", " refund")
    await reply.end()


@script("hangup")
async def hangup(reply: Reply) -> None:
    raise Hangup


@script("malformed")
async def malformed(reply: Reply) -> None:
    await reply.start()
    await reply.text("The", " refund")
    await reply.raw(b'data: {"choices": [{"delta"\n\n')
    await reply.hang()


@script("malformed-end")
async def malformed_end(reply: Reply) -> None:
    await reply.start()
    await reply.text("The", " refund")
    await reply.raw(b'data: {"choices": [{"delta"')
    await reply.end()


@script("wrong-shape")
async def wrong_shape(reply: Reply) -> None:
    await reply.start()
    await reply.event({"choices": [["delta"]]})
    await reply.hang()


@script("stall")
async def stall(reply: Reply) -> None:
    await reply.start()
    await reply.text("The", " refund")
    await reply.hang()


@script("slow-start")
async def slow_start(reply: Reply) -> None:
    """Nothing at all for `delay` seconds (60)."""
    await reply.until_gone(reply.option("delay", 60))
    await quote(reply)


@script("silent-start")
async def silent_start(reply: Reply) -> None:
    await reply.start()
    await reply.hang()


@script("trickle")
async def trickle(reply: Reply) -> None:
    """Signs of life for ever, and never an answer."""
    await reply.start()
    while True:
        await reply.raw(b": still thinking\n\n")
        await reply.until_gone(0.01)


@script("error-mid-stream")
async def error_mid_stream(reply: Reply) -> None:
    await reply.start()
    await reply.text("The")
    code = reply.options.get("code", "server_error")
    key = reply.request.headers["authorization"].removeprefix("Bearer ")
    await reply.event({"error": {"message": f"No more of this for {key}", "type": code, "code": None}})
    await reply.hang()


@script("json")
async def plain(reply: Reply) -> None:
    await reply.json(200, {"choices": [{"message": {"content": "Not streamed."}}]})


@script("json-garbage")
async def plain_garbage(reply: Reply) -> None:
    body = b"{garbage"
    await reply.send(
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
    )


@script("json-error")
async def plain_error(reply: Reply) -> None:
    await reply.json(200, {"error": {"message": "Slow down", "type": "rate_limit_error"}})


@script("no-usage")
async def no_usage(reply: Reply) -> None:
    await reply.start()
    await reply.text("Fine.")
    await reply.event(delta({}, "stop"))
    await reply.done()


@script("no-done")
async def no_done(reply: Reply) -> None:
    await reply.start()
    await reply.text("Fine.")
    await reply.event(delta({}, "stop"))
    await reply.end()


@script("no-newline")
async def no_newline(reply: Reply) -> None:
    await reply.start()
    await reply.raw(line(delta({"content": "Fine."}, "stop")))
    await reply.raw(line(usage(1)).rstrip())
    await reply.end()


@script("after-done-end")
async def after_done_end(reply: Reply) -> None:
    await reply.start()
    await reply.text("Fine.")
    await reply.raw(b"data: [DONE]\n\n")
    await asyncio.sleep(0.01)
    await reply.raw(b": goodbye\n\n")
    await reply.end()


@script("hang-after-finish")
async def hang_after_finish(reply: Reply) -> None:
    await reply.start()
    await reply.text("Fine.")
    await reply.event(delta({}, "stop"))
    await reply.hang()


@script("after-done")
async def after_done(reply: Reply) -> None:
    await reply.start()
    await reply.text("Fine.")
    await reply.event(usage(1))
    await reply.raw(b"data: [DONE]\n\ndata: {garbage\n\n" + line(delta({"content": " Not this."})))
    await reply.hang()


@script("one-byte")
async def one_byte(reply: Reply) -> None:
    await reply.start()
    for value in (delta({"content": "Größe: 😀"}), delta({}, "stop"), usage(1)):
        for byte in line(value):
            await reply.raw(bytes([byte]))
            await asyncio.sleep(0)
    await reply.done()


@script("sloppy")
async def sloppy(reply: Reply) -> None:
    """CRLF, comments, other fields, no space after `data:`."""
    await reply.start()
    body = json.dumps(delta({"content": "Fine."})).encode()
    await reply.raw(b": hello\r\n\r\nevent: message\r\nid: 1\r\ndata:" + body + b"\r\n\r\ndata:[DONE]\r\n\r\n")
    await reply.end()


@script("compressed")
async def compressed(reply: Reply) -> None:
    import gzip

    body = gzip.compress(line(delta({"content": "Fine."})) + line(delta({}, "stop")) + b"data: [DONE]\n\n")
    await reply.send(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n"
        b"content-length: %d\r\n\r\n%b" % (len(body), body)
    )


@script("reasoning")
async def reasoning(reply: Reply) -> None:
    await reply.start()
    await reply.event(delta({"role": "assistant", "reasoning_content": "Let me think", "content": None}))
    await reply.event(delta({"reasoning": "harder"}))
    await reply.text("Fine.")
    await reply.finish()


@script("content-filter")
async def content_filter(reply: Reply) -> None:
    await reply.start()
    await reply.text("The")
    await reply.finish("content_filter")


@script("refusal")
async def refusal(reply: Reply) -> None:
    await reply.start()
    await reply.event(delta({"refusal": "I cannot"}))
    await reply.finish()


@script("empty")
async def empty(reply: Reply) -> None:
    await reply.start()
    await reply.finish(reply.options.get("finish", "stop"))


@script("cites")
async def cites(reply: Reply) -> None:
    """Right markers, one that points nowhere, one in a link and one in code."""
    await reply.start()
    await reply.text("Refunds take 5 days", " [", "1", "].", " Plans differ [1, 9][", "2].", " No such source [", "9]")
    await reply.text(".", " See [1](https://example.com)", " and `a[9]`.")
    await reply.finish()


@script("miscites")
async def miscites(reply: Reply) -> None:
    """Right and wrong claims about each source, a line each; `request.claims` tells which is which."""
    asked = reply.request.asked
    reply.request.claims = claims(sources(asked), random.Random(asked), each=int(reply.option("each", 1)))
    await reply.start()
    text = "".join(claim.line for claim in reply.request.claims)
    await reply.text(*re.findall(r".{1,23}", text, re.DOTALL))  # markers are parted, too
    await reply.finish()


def sources(asked: str) -> list[Passage]:
    """The sources of a prompt, as passages."""
    found = re.findall(r'<source n="\d+" title="([^"]*)">\n(.*?)\n</source>', asked, re.DOTALL)
    return [Passage("", text, title, "", title, "", place, "", 1.0) for place, (title, text) in enumerate(found)]


def outputs(request: Request) -> list[Any]:
    """What the tools have returned so far, in order."""
    return [json.loads(each["content"]) for each in request.body["messages"] if each["role"] == "tool"]


async def call(reply: Reply, *calls: tuple[str, str], saying: str = "") -> None:
    """Ask for tool calls as OpenAI streams them, after some text: each call's head, then its arguments in pieces."""
    await reply.start()
    await reply.event(delta({"role": "assistant", "content": None}))
    await reply.text(*words(saying))
    done = len(outputs(reply.request))
    for index, (name, arguments) in enumerate(calls):
        head = {"index": index, "id": f"call_{done + index}", "type": "function"}
        await reply.event(delta({"tool_calls": [{**head, "function": {"name": name, "arguments": ""}}]}))
        for start in range(0, len(arguments), 7):
            piece = {"index": index, "function": {"arguments": arguments[start : start + 7]}}
            await reply.event(delta({"tool_calls": [piece]}))
    await reply.finish("tool_calls", tokens=5)


async def say(reply: Reply, text: str) -> None:
    await reply.start()
    await reply.text(*words(text))
    await reply.finish()


@script("tools-three")
async def tools_three(reply: Reply) -> None:
    """Two calls in parallel, then a third that rests on them, then the answer."""
    got = outputs(reply.request)
    if not got:
        await call(reply, ("calculate", '{"expression": "(199 - 20) * 12"}'), ("current_time", "{}"))
    elif len(got) == 2:
        await call(reply, ("search_knowledge", '{"query": "refunds", "limit": 2}'))
    else:
        await say(reply, f"It comes to {got[0]['result']}, and {len(got[2]['passages'])} passages tell of refunds.")


@script("tools-cites")
async def tools_cites(reply: Reply) -> None:
    """Cites a passage before it has searched, then one that was found, and one that there is not."""
    if not outputs(reply.request):
        search = ("search_knowledge", '{"query": "refunds", "limit": 1}')
        await call(reply, search, saying="I look it up [1].")
    else:
        await say(reply, "Refunds are told of [1], and of the moon nothing [2].")


@script("tools-mended")
async def tools_mended(reply: Reply) -> None:
    """Bad arguments, of two kinds; told why, the model mends them."""
    got = outputs(reply.request)
    if not got:
        await call(reply, ("calculate", '{"sum": "1 + 1"}'), ("calculate", '{"expression": '))
    elif len(got) == 2:
        assert all("error" in each for each in got), got
        await call(reply, ("calculate", '{"expression": "1 + 1"}'))
    else:
        await say(reply, f"The result is {got[2]['result']}.")


@script("tools-call")
async def tools_call(reply: Reply) -> None:
    """Calls the tool `name` with the arguments `with`, and tells what came of it."""
    got = outputs(reply.request)
    if not got:
        await call(reply, (reply.options["name"], reply.options.get("with", "{}")))
    else:
        await say(reply, f"It says: {json.dumps(got[0])}")


@script("tools-forever")
async def tools_forever(reply: Reply) -> None:
    """Calls a tool whenever it may, and `stubborn=1` also when it may not."""
    if reply.request.body.get("tool_choice") == "none" and "stubborn" not in reply.options:
        await say(reply, "I have looked long enough.")
    else:
        await call(reply, ("calculate", '{"expression": "1"}'))


FAILS_UNSTREAMED = {"429", "500", "401", "404", "400", "hangup", "slow-start", "json", "json-garbage"}
"""Scripts that also tell how embeddings fail, and completions that are not streamed."""


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
        if self.queue and request.path == "/v1/chat/completions":
            model = self.queue.popleft()
        if self.aside is not None and not (request.body or {}).get("stream"):
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
            text = reply.options["text"] if name == "says" else alone(asked) or quoted(asked)
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
