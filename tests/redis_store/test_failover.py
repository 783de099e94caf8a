"""The master dies; the Sentinels choose another; the writer heals what the other had not got."""

import asyncio

from streaming.event import START
from streaming.log import Hole, RunRequest, StoreError
from streaming.redis_store import open_redis
from tests.redis_server import sentinel_trio
from tests.streaming.facts import tokens


async def test_a_run_goes_on_over_a_failover_without_a_hole() -> None:
    with sentinel_trio() as trio:
        async with open_redis(trio.url) as here, open_redis(trio.url) as there:
            session_id = (await here.create_session("")).session_id
            await here.submit(session_id, "", RunRequest("chat", "How much is it?"))
            lease = await here.claim(session_id)
            assert lease is not None
            delivered: list[object] = []
            done = asyncio.Event()

            def deliver(session_id: str, events: object) -> None:
                delivered.extend(events)  # type: ignore[call-overload]
                if len(delivered) == len(written):
                    done.set()

            written = tokens(lease, 200, ended=True)
            await there.attach(session_id, deliver)
            stored, failing = 0, asyncio.ensure_future(asyncio.to_thread(trio.kill_master))
            async with asyncio.timeout(60):
                while stored < len(written):
                    try:
                        await here.append(session_id, written[stored : stored + 1])
                        stored += 1
                    except Hole as hole:
                        stored = hole.expected - 1
                    except StoreError:
                        await asyncio.sleep(0.05)
                    if stored == 100:
                        await failing
                await done.wait()
            assert delivered == written
            assert await there.read(session_id, START, limit=1000) == written
