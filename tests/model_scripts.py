"""How a model's server answers: plainly, fast or slowly, in every form of the wire format, and with citations."""

import asyncio
import json
import random
import re
import time

from agents.evaluation.miscites import claims
from agents.passage import Passage
from tests.model_wire import Reply, delta, line, quoted, script, usage, words

BURST = 64
"""Tokens handed to the socket at a time by a model that is as fast as it can be."""


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
