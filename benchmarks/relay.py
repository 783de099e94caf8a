"""From the model's socket to one SSE reader, per token, the log included, beside a relay with nothing in between.

CPU seconds of the serving process, less those of the same runs with a single token, over the tokens.
"""

import asyncio
import json
import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.processes import line, running
from benchmarks.start import served
from benchmarks.table import Row

STREAMS = 20
FAST = 4000
PACED = 250
RATE = 50


def cpu(pid: int) -> float:
    """CPU seconds that the process has used, in user and kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def request(
    port: int, method: str, path: str, body: dict[str, object] | None, accept: str, until: bytes
) -> bytes:
    """A request over a connection of its own, read until the bytes given have come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 26)
    payload = json.dumps(body).encode() if body is not None else b""
    head = (
        f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\naccept: {accept}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(payload)}\r\n\r\n"
    )
    writer.write(head.encode() + payload)
    tail = received = b""
    while until not in tail + received:
        tail = received[-200:]
        received = await reader.read(1 << 20)
        if not received:
            raise EOFError(f"the stream ended before {until!r}")
    writer.close()
    return tail + received


async def ask_ours(port: int) -> None:
    """One question to our server, to its ending."""
    created = await request(port, "POST", "/api/session", None, "application/json", b'"created_at"')
    found = re.search(rb'"session_id":"([^"]+)"', created)
    assert found is not None
    body = {"message": "How do I restore a file?", "session_id": found[1].decode(), "agent": "technical"}
    await request(port, "POST", "/api/chat", body, "text/event-stream", b"event: run.completed")


async def ask_raw(port: int, model: str) -> None:
    """The same tokens through the raw relay."""
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "How do I restore a file?"}]}
    await request(port, "POST", "/v1/chat/completions", body, "text/event-stream", b"[DONE]")


async def ours(model_port: int, model: str, folder: str) -> float:
    """CPU seconds of our server for one question on each stream."""
    url = f"http://127.0.0.1:{model_port}/v1"
    async with served(Path(folder), OPENAI_BASE_URL=url, OPENAI_MODEL=model) as (port, pid, _):
        await ask_ours(port)
        before = cpu(pid)
        await asyncio.gather(*[ask_ours(port) for _ in range(STREAMS)])
        return cpu(pid) - before


async def raw(model_port: int, model: str) -> float:
    """CPU seconds of the raw relay for the same."""
    async with running("benchmarks.raw_relay", str(model_port)) as process:
        port = int(await line(process))
        await ask_raw(port, model)
        before = cpu(process.pid)
        await asyncio.gather(*[ask_raw(port, model) for _ in range(STREAMS)])
        return cpu(process.pid) - before


async def rows() -> list[Row]:
    """The relay rows of the table."""
    with TemporaryDirectory() as folder:
        async with running("tests.model_server") as process:
            found = re.search(r":(\d+)", await line(process))
            assert found is not None
            port = int(found[1])
            single = await ours(port, "fast?tokens=1", folder)
            fast = (await ours(port, f"fast?tokens={FAST}", folder) - single) / (STREAMS * FAST) * 1e6
            raw_fast = await raw(port, f"fast?tokens={FAST}") / (STREAMS * FAST) * 1e6
            paced_model = f"paced?rate={RATE}&tokens={PACED}"
            paced = (await ours(port, paced_model, folder) - single) / (STREAMS * PACED) * 1e6
            raw_paced = await raw(port, paced_model) / (STREAMS * PACED) * 1e6
    return [
        Row(
            f"model's socket to SSE reader, SQLite log, {STREAMS} streams at full speed, per token",
            f"{fast:.1f} µs",
            f"raw relay {raw_fast:.1f} µs",
            fast / raw_fast,
            "≤ 20 µs",
            fast <= 20,
            "parsing the model's JSON, the envelope, the batch's row in SQLite",
        ),
        Row(
            f"the same with each stream at {RATE} tokens/s",
            f"{paced:.0f} µs",
            f"raw relay {raw_paced:.0f} µs",
            paced / raw_paced,
            "≤ 2.5 × raw",
            paced <= 2.5 * raw_paced,
            "each token wakes the loop to be read, checked, numbered and written, two thirds of it; commits the rest",
        ),
    ]
