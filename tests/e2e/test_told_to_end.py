"""A deploy: what stays open is closed, what comes late is sent elsewhere, and nobody waits longer than he wants to."""

import asyncio
import json
import signal
from collections.abc import Callable

import pytest

from tests.e2e.clients import Client, ended, events, types
from tests.e2e.targets import Embedded, Model, Process

LONG = "paced?rate=50&tokens=100000"
"""Half an hour: the process ends before."""

DRAINING = pytest.mark.parametrize("process", [{"DRAIN_TIMEOUT": "600", "LOG_LEVEL": "info"}], indirect=True)
"""Nobody waits ten minutes for it: whoever tests this makes it end."""


async def request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, extra: str = "") -> bytes:
    """The head of the answer on a connection that stays open; b"" where it does not."""
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n{extra}\r\n".encode())
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""
    length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
    if length:
        await reader.readexactly(int(length[0].partition(b":")[2]))
    return head


def told(process: Process, event: str) -> list[dict[str, object]]:
    """The log's lines about this."""
    lines = [json.loads(line) for line in process.log.read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == event]


@DRAINING
async def test_connections_that_a_proxy_keeps_open_are_closed_when_the_drain_begins(
    process: Process, model: Model
) -> None:
    """Else its next questions would come here, to be refused, for as long as runs have."""
    model.next(LONG)
    idle = await asyncio.open_connection("127.0.0.1", process.port)
    assert b"200" in await request(*idle, "/live")
    async with Client([process.url]) as client:
        session_id = await client.session()
        async with client.events(session_id) as stream, client.socket() as socket:
            await stream.until("live")
            await socket.follow(session_id)
            run_id = await client.start(session_id)
            await stream.until("token")
            process.signal(signal.SIGTERM)
            assert await asyncio.wait_for(idle[0].read(), 60) == b""
            assert (await stream.rest())[-1].type == "bye"
            assert await socket.closed() == 4001
    idle[1].close()
    process.signal(signal.SIGINT)
    assert await asyncio.to_thread(process.wait) in (0, -signal.SIGTERM, -signal.SIGINT)
    (drained,) = told(process, "drained")
    assert drained["handed_over"] == 1, run_id


async def test_a_socket_that_comes_while_the_server_drains_is_told_to_come_back_elsewhere(
    serve: Callable[..., Embedded],
) -> None:
    server = serve()
    server.house.ready = False
    async with Client([server.url]) as client, client.socket() as socket:
        assert await socket.closed() == 4001


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGHUP])
@DRAINING
async def test_ctrl_c_and_a_terminal_that_closes_drain_too_and_a_second_ctrl_c_hands_over_at_once(
    process: Process, model: Model, stop: signal.Signals
) -> None:
    model.next(LONG)
    async with Client([process.url]) as client:
        session_id = await client.session()
        await client.start(session_id)
        async with client.events(session_id) as stream:
            await stream.until("token")
            process.signal(stop)
            assert (await stream.rest())[-1].data["reason"] == "drain"
            seen = events(stream.seen)
        assert process.running(), "the run has ten minutes"
        process.signal(signal.SIGINT)
        process.signal(signal.SIGTERM)  # as the parent of workers does a moment later; it takes nothing back
        await asyncio.to_thread(process.wait)
        text = process.log.read_text()
        assert "Traceback" not in text
        assert "Aborted" not in text
        model.next()
        process.start()
        async with client.events(session_id, last=seen[-1].id) as stream:
            await stream.until(ended)
        log = await client.kept(session_id)
    assert types(log).count("run.restarted") == 1
    assert "shut down" in next(frame for frame in log if frame.type == "run.restarted").data["reason"]


@DRAINING
async def test_the_log_tells_when_it_was_ready_and_when_it_ended(process: Process) -> None:
    (ready,) = told(process, "ready")
    assert ready["url"] == process.url
    assert "this machine" in str(ready["keys"])
    process.signal(signal.SIGTERM)
    await asyncio.to_thread(process.wait)
    assert [len(told(process, event)) for event in ("draining", "drained")] == [1, 1]
    assert all(line.startswith("{") for line in process.log.read_text().splitlines()), "a program reads the log"
