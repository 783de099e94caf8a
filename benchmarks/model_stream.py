"""What reading a model's stream costs: ours beside the openai client's own AsyncStream, on one core in one run.

    python -m benchmarks.model_stream [--streams 20] [--tokens 5000] [--rate 50] [--seconds 6]

The model's server runs in a process of its own; the figures are CPU time of this process per token, best of the rounds.
"""

import argparse
import asyncio
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import orjson
import uvloop
from openai import AsyncOpenAI, DefaultAioHttpClient

from agents.citing.citations import gate
from agents.llm import Usage
from agents.passage import Passage
from agents.providers.completions import Completions
from agents.providers.openai_model import open_openai
from agents.question import Question

PASSAGE = Passage("c1", "Refunds take 5 days.", "Refunds", "", "https://docs/refunds", "billing", 0, "h", 0.9)
QUESTION = Question("How long do refunds take?")
ROUNDS = 3


@contextmanager
def server() -> Any:
    """The base URL of a model server in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.model_server"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        yield found.group()
    finally:
        process.kill()
        process.wait()


Read = Callable[[], Awaitable[int]]


async def ours(url: str, model: str, *, gated: bool) -> AsyncIterator[Read]:
    async with open_openai(api_key="none", base_url=url, model=model) as client:

        async def read() -> int:
            pieces = client.answer(QUESTION, [PASSAGE], agent="billing", verdict="answerable")
            tokens = 0
            async for piece in gate(pieces, [PASSAGE]) if gated else pieces:
                if isinstance(piece, Usage):
                    tokens = piece.completion_tokens
            return tokens

        yield read


async def theirs(url: str, model: str, *, aiohttp: bool) -> AsyncIterator[Read]:
    http = DefaultAioHttpClient() if aiohttp else None
    async with AsyncOpenAI(api_key="none", base_url=url, http_client=http) as client:

        async def read() -> int:
            tokens = 0
            stream = await client.chat.completions.create(
                model=model,
                messages=[{"role": "user", "content": "How long do refunds take?"}],
                stream=True,
                stream_options={"include_usage": True},
            )
            async for chunk in stream:
                if chunk.choices:
                    _ = chunk.choices[0].delta.content
                if chunk.usage:
                    tokens = chunk.usage.completion_tokens
            return tokens

        yield read


async def raw(url: str, model: str) -> AsyncIterator[Read]:
    """The floor: bytes off a socket into our parser, no client at all."""
    host, port = re.findall(r"//(.+):(\d+)/", url)[0]
    body = orjson.dumps({"model": model, "stream": True, "messages": [{"role": "user", "content": "x"}]})

    async def read() -> int:
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST /v1/chat/completions HTTP/1.1\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
        parser = Completions()
        tokens = 0
        while not parser.done:
            for chunk in parser.feed(await reader.read(65536)):
                if chunk["choices"]:
                    tokens += "content" in chunk["choices"][0]["delta"]
        writer.close()
        await writer.wait_closed()
        return tokens

    yield read


async def cost(opened: AsyncIterator[Read], streams: int) -> float:
    """CPU µs per token."""
    async for read in opened:
        await read()  # connect, import, warm up
        begin = time.process_time()
        tokens = sum(await asyncio.gather(*(read() for _ in range(streams))))
        return (time.process_time() - begin) * 1e6 / tokens
    raise AssertionError


def measured(ways: Mapping[str, Callable[[], AsyncIterator[Read]]], streams: int, rounds: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for _ in range(rounds):
        for name, way in ways.items():
            spent = uvloop.run(cost(way(), streams))
            found[name] = min(spent, found.get(name, spent))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=20)
    parser.add_argument("--tokens", type=int, default=5000)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=6)
    given = parser.parse_args()
    fast = f"fast?tokens={given.tokens}"
    paced = f"paced?rate={given.rate}&tokens={given.rate * given.seconds}"
    with server() as url:
        print(f"CPU µs per token, {given.streams} streams, uvloop")
        print(f"{'':36}{'full speed':>14}{f'{given.rate} tokens/s each':>20}")
        columns = []
        for model, rounds in ((fast, ROUNDS), (paced, ROUNDS)):
            ways = {
                "openai AsyncStream": partial(theirs, url, model, aiohttp=False),
                "openai AsyncStream over aiohttp": partial(theirs, url, model, aiohttp=True),
                "raw socket, our parser": partial(raw, url, model),
                "OpenAIModel": partial(ours, url, model, gated=False),
                "OpenAIModel + citation gate": partial(ours, url, model, gated=True),
            }
            columns.append(measured(ways, given.streams, rounds))
        base = [column["openai AsyncStream"] for column in columns]
        for name in columns[0]:
            cells = [f"{column[name]:7.1f} {base[n] / column[name]:5.1f}x" for n, column in enumerate(columns)]
            print(f"{name:36}{cells[0]:>14}{cells[1]:>20}")


if __name__ == "__main__":
    main()
