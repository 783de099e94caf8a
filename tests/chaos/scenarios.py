"""The accidents. Each is given an arena with runs under way on its first instance, and returns when it struck."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.chaos.arena import Arena
from tests.chaos.follower import ENDINGS, Follower

Followers = list[Follower]
LEASE = 10.0


@dataclass(frozen=True)
class Scenario:
    """`strike` returns the moment of the accident; `slow` adds readers that take 1 KiB a second.

    `during` says that it must come before any run's end, `forgets` that the store may lose what it kept, `restarts`
    how often each run must have been begun anew.
    """

    name: str
    strike: Callable[[Arena, Followers], Awaitable[float]]
    slow: bool = False
    skew: int = 0
    during: bool = True
    forgets: bool = False
    restarts: int = 0


async def tokens(followers: Followers, count: int) -> None:
    """Until every reader has been shown so many tokens."""
    async with asyncio.timeout(30):
        while any(follower.types.count("token") < count for follower in followers if follower.transport != "slow"):
            await asyncio.sleep(0.005)


async def in_thread(work: Callable[[], object]) -> float:
    struck = time.monotonic()
    await asyncio.to_thread(work)
    return struck


async def kill_before(arena: Arena, followers: Followers) -> float:
    return await in_thread(arena.instances[0].kill)


async def kill_during(arena: Arena, followers: Followers) -> float:
    await tokens(followers, 10)
    return await in_thread(arena.instances[0].kill)


async def kill_after(arena: Arena, followers: Followers) -> float:
    async with asyncio.timeout(60):
        while not any(kind in ENDINGS for follower in followers for kind in follower.types):
            await asyncio.sleep(0)
    return await in_thread(arena.instances[0].kill)


async def kill_reader(arena: Arena, followers: Followers) -> float:
    await tokens(followers, 10)
    return await in_thread(arena.instances[1].kill)


async def stop_owner(arena: Arena, followers: Followers) -> float:
    await tokens(followers, 10)
    owner = arena.instances[0]
    struck = time.monotonic()
    owner.signal(signal.SIGSTOP)
    await asyncio.sleep(LEASE + 2)
    owner.signal(signal.SIGCONT)
    return struck


async def restart_redis(arena: Arena, followers: Followers) -> float:
    await tokens(followers, 10)
    struck = await in_thread(arena.redis.kill)
    await asyncio.to_thread(arena.redis.start)
    return struck


async def flush_redis(arena: Arena, followers: Followers) -> float:
    await tokens(followers, 10)

    def flush() -> None:
        with arena.redis.client() as client:
            client.flushall()

    return await in_thread(flush)


async def kill_connections(arena: Arena, followers: Followers) -> float:
    await tokens(followers, 10)

    def kill() -> None:
        with arena.redis.client() as client:
            for kind in ("normal", "pubsub"):
                client.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")

    return await in_thread(kill)


async def delay_replies(arena: Arena, followers: Followers) -> float:
    await tokens(followers, 10)
    struck = time.monotonic()
    for instance in arena.instances:
        instance.proxy.faults.delay = 3.0
    await asyncio.sleep(4.0)
    for instance in arena.instances:
        instance.proxy.faults.delay = 0.0
    return struck


async def drop(arena: Arena, followers: Followers, part: bytes) -> float:
    """Lose the next message with this part on its way to each instance; returns when the last was lost."""
    await tokens(followers, 10)
    faults = [instance.proxy.faults for instance in arena.instances]
    for fault in faults:
        fault.dropped, fault.drop = 0, part
    async with asyncio.timeout(60):
        while not all(fault.dropped for fault in faults):
            await asyncio.sleep(0.005)
    return time.monotonic()


async def drop_message(arena: Arena, followers: Followers) -> float:
    return await drop(arena, followers, b'"type":"token"')


async def drop_last_message(arena: Arena, followers: Followers) -> float:
    return await drop(arena, followers, b'"type":"run.completed"')


async def read_slowly(arena: Arena, followers: Followers) -> float:
    await tokens(followers, 10)
    return time.monotonic()


async def deploy(arena: Arena, followers: Followers) -> float:
    await tokens(followers, 10)
    struck = time.monotonic()
    for instance in arena.instances:
        instance.signal(signal.SIGTERM)
        async with asyncio.timeout(60):
            while not instance.ended():
                await asyncio.sleep(0.02)
        await asyncio.to_thread(instance.restore)
        await asyncio.to_thread(instance.wait_ready)
    return struck


async def wrong_clock(arena: Arena, followers: Followers) -> float:
    return await kill_during(arena, followers)


SCENARIOS = [
    Scenario("owner killed before the tokens", kill_before),
    Scenario("owner killed during the tokens", kill_during, restarts=1),
    Scenario("owner killed after the tokens", kill_after, during=False),
    Scenario("a reader's instance killed", kill_reader),
    Scenario("owner stopped beyond its lease", stop_owner, restarts=1),
    Scenario("Redis killed and restarted", restart_redis),
    Scenario("Redis flushed", flush_redis, forgets=True),
    Scenario("Redis' connections killed", kill_connections),
    Scenario("Redis' replies delayed by 3 s", delay_replies),
    Scenario("a published message lost", drop_message),
    Scenario("the last published message lost", drop_last_message, during=False),
    Scenario("a reader of 1 KiB/s", read_slowly, slow=True),
    Scenario("rolling deploy", deploy),
    Scenario("owner an hour ahead, killed", wrong_clock, skew=3600, restarts=1),
    Scenario("owner an hour behind, killed", wrong_clock, skew=-3600, restarts=1),
]
