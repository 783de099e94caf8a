"""What Redis between two processes costs: ours, a raw pipelining writer and reader, and other libraries.

    python -m benchmarks redis

A reader in a process of its own, the writer in this one. The libraries that ours is compared with are in the `bench`
extra; those that are not installed are left out.
"""

import asyncio
import importlib.util
import json
import time
from dataclasses import dataclass

import uvloop

from benchmarks.processes import line, running
from benchmarks.redis_peers import PEERS, Writer
from benchmarks.redis_reader import cpu
from benchmarks.table import Row
from tests.redis_server import RedisServer, redis_server

RUNS = 50
BATCH = 16
EVENTS = {"ours": 400_000, "raw": 400_000}
FEW = 20_000
RATE, SECONDS = 1000, 10
MODULES = {"litestar": "litestar", "channels_redis": "channels_redis", "broadcaster": "broadcaster"}
TEXT = b" token"


@dataclass(frozen=True, slots=True)
class Cost:
    """Events a second, and microseconds of processor time an event of writer, Redis and reader together."""

    rate: float
    each: float
    lost: int


def redis_cpu(server: RedisServer) -> float:
    """Seconds of processor time of Redis."""
    with server.client() as client:
        used = client.info("cpu")
    return float(used["used_cpu_user"]) + float(used["used_cpu_sys"])


async def flood(kind: str, server: RedisServer) -> Cost:
    """All the runs as fast as they go, a batch in flight for each."""
    total = EVENTS.get(kind, FEW) // (RUNS * BATCH) * RUNS * BATCH

    async def one(writer: Writer, stream: str) -> None:
        for _ in range(total // RUNS // BATCH):
            await writer.write(stream, [TEXT] * BATCH)

    async with (
        PEERS[kind][0](server.url, RUNS) as (writer, streams),
        running("benchmarks.redis_reader", kind, server.url, str(total)) as reader,
    ):
        assert reader.stdin is not None
        reader.stdin.write(json.dumps(streams).encode() + b"\n")
        assert await line(reader) == "ready"
        if kind in MODULES:
            await asyncio.sleep(1)  # broadcaster returns from `subscribe` before Redis has heard of it
        redis_before, before, begun = redis_cpu(server), cpu(), time.monotonic()
        await asyncio.gather(*[one(writer, stream) for stream in streams])
        own = cpu() - before
        result = json.loads(await asyncio.wait_for(line(reader), 120))
        used = own + result["cpu"] + redis_cpu(server) - redis_before
    counted = result["counted"]
    return Cost(counted / (result["at"] - begun), used / max(counted, 1) * 1e6, total - counted)


async def paced(server: RedisServer) -> list[int]:
    """Nanoseconds from before an append to the remote reader, at RATE events a second."""
    total = RATE * SECONDS
    async with (
        PEERS["ours"][0](server.url, 20) as (writer, streams),
        running("benchmarks.redis_reader", "ours", server.url, str(total)) as reader,
    ):
        assert reader.stdin is not None
        reader.stdin.write(json.dumps(streams).encode() + b"\n")
        assert await line(reader) == "ready"

        async def one(number: int, stream: str) -> None:
            each = len(streams) / RATE
            begun = time.monotonic() + number / RATE
            for count in range(total // len(streams)):
                await asyncio.sleep(max(0.0, begun + count * each - time.monotonic()))
                await writer.write(stream, [b"@%d" % time.monotonic_ns()])

        await asyncio.gather(*[one(number, stream) for number, stream in enumerate(streams)])
        late: list[int] = json.loads(await asyncio.wait_for(line(reader), 60))["late"]
    return sorted(late)


async def rows() -> list[Row]:
    """The rows of the table that concern Redis."""
    with redis_server() as server:
        late = await paced(server)
        costs = {}
        for kind in PEERS:
            if kind in MODULES and importlib.util.find_spec(MODULES[kind]) is None:
                continue
            print(f"  {kind}", flush=True)
            rounds = [await flood(kind, server) for _ in range(3 if kind in EVENTS else 1)]
            costs[kind] = min(rounds, key=lambda cost: cost.each)
    half, most = late[len(late) // 2] / 1e6, late[len(late) * 99 // 100] / 1e6
    ours, raw = costs["ours"], costs["raw"]
    found = [
        Row(
            f"append → remote reader, {RATE} events/s",
            f"p50 {half:.2f} p99 {most:.2f} ms",
            "",
            None,
            "p50 ≤ 1, p99 ≤ 5 ms",
            half <= 1 and most <= 5,
            "other work on the machine; the way is two loops and two sockets",
        ),
        Row(
            f"events through Redis, {RUNS} runs, batches of {BATCH}",
            f"{ours.rate:,.0f}/s",
            f"raw {raw.rate:,.0f}/s",
            raw.rate / ours.rate,
            "≥ 90,000/s",
            ours.rate >= 90_000,
            f"{ours.each:.1f} µs an event of three processes on the cores that there are",
        ),
        Row(
            "processor time per event, all three processes",
            f"{ours.each:.1f} µs",
            f"raw {raw.each:.1f} µs",
            ours.each / raw.each,
            "≤ 2 × raw",
            ours.each <= 2 * raw.each,
            "encoding, the script's fence and hole checks, decoding",
        ),
    ]
    for kind, cost in costs.items():
        if kind in MODULES:
            what = f"the same work over {kind}"
            lost = f", {cost.lost:,} lost" if cost.lost else ""
            measured = f"{cost.each:.0f} µs, {cost.rate:,.0f}/s{lost}"
            found.append(Row(what, measured, f"ours {ours.each:.1f} µs", cost.each / ours.each, "", True))
    return found


if __name__ == "__main__":
    from benchmarks.table import show

    show(uvloop.run(rows()))
