"""The reading process: says that it is ready, then what it counted, how late each event was and what that cost.

python -m benchmarks.redis_reader KIND URL TOTAL, with the streams' names as JSON on standard input
"""

import asyncio
import json
import os
import re
import resource
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

import uvloop

from benchmarks.redis_peers import PEERS

STAMP = re.compile(rb"@(\d+)")
STALLED = 5.0
"""Seconds without an event after which the rest is taken for lost: pub/sub alone keeps nothing."""

READY_ALL = {"channels_redis"}


def cpu() -> float:
    """Seconds of processor time of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def main(kind: str, url: str, total: int) -> None:
    streams: list[str] = json.loads(sys.stdin.readline())
    late: list[int] = []
    counted, ready_calls, begun, latest = 0, 0, cpu(), 0.0
    done = asyncio.Event()

    def ready() -> None:
        nonlocal ready_calls
        ready_calls += 1
        if kind not in READY_ALL or ready_calls == len(streams):
            print("ready", flush=True)

    def received(events: Sequence[bytes]) -> None:
        nonlocal counted, begun, latest
        if counted == 0:
            begun = cpu()
        counted += len(events)
        latest = time.monotonic()
        stamp = STAMP.search(events[-1])
        if stamp is not None:
            late.append(time.monotonic_ns() - int(stamp[1]))
        if counted >= total:
            done.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(PEERS[kind][1](url, streams, received, ready))
        before = -1
        while not done.is_set() and (counted == 0 or counted > before):
            before = counted
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), STALLED)
        told = {"at": latest or time.monotonic(), "cpu": cpu() - begun, "late": late, "counted": counted}
        print(json.dumps(told), flush=True)
        os._exit(0)  # some of the libraries cannot be stopped in the middle without a word


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
