"""Fuzz of the WebSocket's frames and of Last-Event-ID: no crash, no frame without an answer, memory steady.

In passing some thousand of each; `FUZZ=20000` sends so many frames, and a quarter as many ids.
"""

import gc
import json
import os
import random
import string
import tracemalloc
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from server import socket as socket_door
from tests.e2e.clients import Client
from tests.e2e.targets import Embedded
from tests.v1.conftest import Serve

FRAMES = int(os.environ.get("FUZZ", "1500"))
IDS = FRAMES // 4
KINDS = ("follow", "unfollow", "send", "cancel", "pong", "hello", "", None, 7)
GROWTH = 8 * 1024 * 1024
"""Bytes that the second half of a fuzz may leave behind more than the first."""


@pytest.fixture(scope="module")
def server(serve: Serve) -> Embedded:
    return serve(openai_base_url=None)


def junk(chance: random.Random, depth: int = 0) -> Any:
    """Any JSON value."""
    kind = chance.randrange(9 if depth < 4 else 6)
    match kind:
        case 0:
            return chance.choice([None, True, False])
        case 1:
            return chance.choice([0, -1, 1, 2**31, 2**63, -(2**63), 10**30, 1e308, -0.0])
        case 2 | 3 | 4:
            letters = string.printable + "äß😀\u2028\x00\x7f"
            return "".join(chance.choices(letters, k=chance.choice([0, 1, 8, 40, 300])))
        case 5:
            return chance.choice(["0-0", "1-1", "9" * 40, "-", "../..", "' OR 1=1", "<script>"])
        case 6:
            return [junk(chance, depth + 1) for _ in range(chance.randrange(4))]
        case _:
            return {str(junk(chance, 9))[:30]: junk(chance, depth + 1) for _ in range(chance.randrange(4))}


def frame(chance: random.Random, sessions: list[str]) -> str | bytes:
    """A frame: sometimes right, mostly a little wrong, sometimes nothing like one."""
    shape = chance.random()
    if shape < 0.05:
        return chance.randbytes(chance.randrange(100))
    if shape < 0.15:
        text = json.dumps(junk(chance))
        return text[: chance.randrange(len(text) + 1)]
    if shape < 0.2:
        return "[" * chance.choice([1, 100, 5000])
    body: dict[str, Any] = {"type": chance.choice(KINDS)}
    fields = {
        "session_id": lambda: chance.choice(sessions),
        "after": lambda: chance.choice(["0-0", "1-0", "1795424026871-1", "x"]),
        "message": lambda: "Hello!",
        "run_id": lambda: "none",
        "agent": lambda: chance.choice(["billing", "nobody"]),
        "on_busy": lambda: chance.choice(["reject", "enqueue", "interrupt", "?"]),
    }
    for name, right in fields.items():
        if chance.random() < 0.6:
            body[name] = right() if chance.random() < 0.8 else junk(chance)
    if chance.random() < 0.1:
        body[str(junk(chance, 9))[:20]] = junk(chance)
    return json.dumps(body)


async def test_every_frame_is_answered_whatever_it_is(server: Embedded) -> None:
    chance = random.Random(5)
    saved = socket_door.BURST, socket_door.PER_SECOND
    socket_door.BURST, socket_door.PER_SECOND = 10**9, 1e9  # else the flood limit would answer for all
    heap: list[int] = []
    tracemalloc.start()
    try:
        async with Client([server.url]) as client:
            sessions = [await client.session() for _ in range(5)]
            url = server.url.replace("http", "ws") + "/api/ws"
            sent = answered = 0
            while sent < FRAMES:
                async with connect(url, proxy=None, max_size=None) as opened:
                    for _ in range(500):
                        await opened.send(frame(chance, sessions))
                        sent += 1
                        # A frame that is right gets its ack; after each comes a probe whose answer must follow.
                        await opened.send(json.dumps({"type": "cancel", "run_id": "probe", "ref": f"probe-{sent}"}))
                        told = 0
                        while True:
                            answer = json.loads(await opened.recv())
                            if answer.get("ref") == f"probe-{sent}":
                                assert answer["code"] == "run_not_found"
                                break
                            told += answer["type"] in ("ack", "error")
                            assert answer.get("code") != "internal_error", answer
                        answered += told
                gc.collect()
                heap.append(tracemalloc.get_traced_memory()[0])
            print(f"\nsocket fuzz: {sent} frames, {answered} acks and errors, heap {[h // 1024 for h in heap]} KiB")
            assert (await client.get("/ready")).status_code == 200
            assert answered > sent * 0.8, "only pong needs no answer"
    finally:
        tracemalloc.stop()
        socket_door.BURST, socket_door.PER_SECOND = saved
    assert heap[-1] - heap[len(heap) // 2] < GROWTH


def cursor(chance: random.Random) -> str:
    """A Last-Event-ID: of the right shape, or of any."""
    match chance.randrange(6):
        case 0:
            return f"{chance.randrange(2**40)}-{chance.randrange(100)}"
        case 1:
            return f"{chance.randrange(10**19)}-{chance.randrange(10**19)}"
        case 2:
            return "".join(chance.choices(string.digits + "-", k=chance.randrange(1, 30)))
        case 3:
            return "".join(chance.choices([chr(n) for n in range(0x21, 0x7F)], k=chance.randrange(1, 200)))
        case 4:
            return bytes(chance.choices(range(0xA1, 0xFF), k=chance.randrange(1, 20))).decode("latin-1")
        case _:
            return chance.choice(["0-0", "-", "0", "0-", "-0", "+1-1", "1_0-1", "１-１".encode().hex(), "1-1 1-2"])


async def test_no_last_event_id_breaks_a_stream(server: Embedded) -> None:
    chance = random.Random(7)
    seen: dict[int, int] = {}
    async with Client([server.url]) as client:
        session_id = await client.session()
        run_id = (await client.chat(session_id, "Hello!")).json()["run_id"]
        url = f"{server.url}/api/session/{session_id}/events?run={run_id}"
        async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
            for _ in range(IDS):
                given = cursor(chance).encode("latin-1")
                async with http.stream("GET", url, headers=[(b"Last-Event-ID", given)]) as response:
                    seen[response.status_code] = seen.get(response.status_code, 0) + 1
                    assert response.status_code in (200, 204, 400), given
                    if response.status_code == 200:
                        body = (await response.aread()).decode()
                        assert body.startswith("retry: "), given
                        assert "event: run.completed" in body or "event: snapshot" in body, given
        assert (await client.get("/ready")).status_code == 200
    print(f"\nLast-Event-ID fuzz: {IDS} ids, {seen}")
