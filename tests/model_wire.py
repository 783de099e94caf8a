"""How a script of the model's server reads what it was asked, and writes its answer in OpenAI's wire format."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from agents.evaluation.miscites import Claim

REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found"}
REASONS |= {429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}


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


def judged(asked: str) -> str:
    """That the sources state the answer, if it is asked whether they do."""
    return "yes" if re.search(r"</source>.*</question>\s*\Z", asked, re.DOTALL) else ""


def words(text: str) -> list[str]:
    """As a tokenizer would cut it: each word with the space before it."""
    return re.findall(r"\s*\S+", text)


def says(text: str) -> str:
    """The name of a model that says just this."""
    return "says?" + urlencode({"text": text})
