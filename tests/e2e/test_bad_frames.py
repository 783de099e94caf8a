"""Bad input over WebSocket: each gets an error frame or a close code, and the server serves on."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.e2e.clients import Client, Frame, Socket
from tests.e2e.targets import Target


@pytest.fixture
async def socket(client: Client) -> AsyncIterator[Socket]:
    """A socket that must still answer after the test."""
    async with client.socket() as opened:
        yield opened
        run = await opened.asked("send", session_id=await client.session(), message="Hello!")
        assert run.type == "ack", run


async def error(socket: Socket, sent: str | bytes) -> dict[str, Any]:
    await socket.connection.send(sent)
    frame = (await socket.until("error"))[-1]
    value = frame.json
    assert {"type", "code", "message", "retryable"} <= set(value)
    assert value["message"]
    return value


def frame(kind: str, **fields: object) -> str:
    return json.dumps({"type": kind, **fields})


@pytest.mark.parametrize("sent", ["", "hello", "{", '{"type": "pong"} x', '{"type": "send", "message": "\\ud800"}'])
async def test_what_is_not_json_is_refused(socket: Socket, sent: str) -> None:
    assert (await error(socket, sent))["code"] == "invalid_json"


@pytest.mark.parametrize("sent", ["[]", '["pong"]', "7", "null", '"pong"'])
async def test_what_is_no_object_is_refused(socket: Socket, sent: str) -> None:
    assert (await error(socket, sent))["code"] == "validation_error"


@pytest.mark.parametrize("sent", [b"\x00\x01", b'{"type": "pong"}', b""])
async def test_binary_frames_are_refused(socket: Socket, sent: bytes) -> None:
    assert (await error(socket, sent))["code"] == "validation_error"


async def test_a_frame_of_a_megabyte_is_too_large(socket: Socket) -> None:
    assert (await error(socket, frame("send", message="x" * 1_000_000)))["code"] == "payload_too_large"


async def test_a_frame_in_a_thousand_pieces_is_one_frame(socket: Socket) -> None:
    await socket.connection.send([frame("send", message="x" * 1000)[n] for n in range(1000)])
    assert (await socket.until("error"))[-1].json["code"] == "invalid_json"


async def test_a_frame_beyond_all_measure_ends_the_connection(client: Client) -> None:
    async with client.socket() as socket:
        with suppress(ConnectionClosed):
            await socket.connection.send("x" * 5_000_000)
        assert await socket.closed() == 1009
    assert (await client.get("/live")).status_code == 200


FRAMES: dict[str, dict[str, Any]] = {
    "no type": {},
    "an unknown type": {"type": "subscribe"},
    "a type that is none": {"type": 7},
    "follow without a session": {"type": "follow"},
    "follow of no UUID": {"type": "follow", "session_id": "me"},
    "an unknown field": {"type": "pong", "since": 1},
    "cancel without a run": {"type": "cancel"},
    "send without a message": {"type": "send", "session_id": str(uuid4())},
    "a blank message": {"type": "send", "session_id": str(uuid4()), "message": " "},
    "a message with NUL": {"type": "send", "session_id": str(uuid4()), "message": "a\x00b"},
    "a message of 2,001 characters": {"type": "send", "session_id": str(uuid4()), "message": "x" * 2001},
    "an unusable key": {"type": "send", "session_id": str(uuid4()), "message": "Hi", "idempotency_key": "ü"},
    "a ref that is too long": {"type": "pong", "ref": "x" * 129},
}


@pytest.mark.parametrize("value", FRAMES.values(), ids=FRAMES.keys())
async def test_frames_that_do_not_fit_are_refused(socket: Socket, value: dict[str, Any]) -> None:
    told = await error(socket, json.dumps(value))
    assert told["code"] == "validation_error"
    assert told["retryable"] is False


async def test_what_does_not_exist_is_not_found(socket: Socket) -> None:
    unknown = str(uuid4())
    assert (await socket.asked("follow", session_id=unknown)).json["code"] == "session_not_found"
    told = await socket.asked("send", session_id=unknown, message="Hi")
    assert told.json["code"] == "session_not_found"
    assert told.json["session_id"] == unknown
    assert (await socket.asked("cancel", run_id=unknown)).json["code"] == "run_not_found"
    assert (await socket.asked("unfollow", session_id=unknown)).json["status"] == "unfollowed"


@pytest.mark.parametrize("cursor", ["", "x", "1", "99999999999999999999-1", "7-0"])
async def test_a_cursor_that_no_event_has_is_refused(socket: Socket, client: Client, cursor: str) -> None:
    told = await socket.asked("follow", session_id=await client.session(), after=cursor)
    assert told.json["code"] == "invalid_event_id"


async def test_a_cursor_of_the_future_or_of_another_session_brings_a_snapshot(socket: Socket, client: Client) -> None:
    session_id, other = await client.session(), await client.session()
    await client.chat(session_id)
    await client.chat(other)
    log = await client.kept(session_id)
    for cursor in ("99999999999999-7", (await client.kept(other))[3].id):
        await socket.follow(session_id, cursor)
        frames = await socket.until("live")
        assert [frame.type for frame in frames] == ["hello", "snapshot", "live"]
        assert frames[0].data["recovered"] is False
        assert frames[1].id == log[-1].id


async def test_a_flood_is_cut_off_with_a_code_that_says_come_back(client: Client) -> None:
    async with client.socket() as socket:
        with suppress(ConnectionClosed):
            for _ in range(10_000):
                await socket.connection.send(frame("pong"))
        frames: list[Frame] = await socket.rest()
        assert await socket.closed() == 4029
        assert frames[-1].json["code"] == "rate_limited"
        assert frames[-1].json["retryable"] is True
    assert (await client.get("/live")).status_code == 200


async def test_text_that_is_not_utf_8_ends_the_connection(client: Client) -> None:
    async with client.socket() as socket:
        await socket.connection.send(b"\xff\xfe", text=True)
        assert await socket.closed() == 1007
    assert (await client.get("/live")).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[", "file://"])
async def test_a_page_of_another_site_is_turned_away(client: Client, origin: str) -> None:
    async with client.socket(origin=origin) as socket:
        assert await socket.closed() == 4503


async def test_the_servers_own_page_is_let_in(target: Target) -> None:
    async with Client(target.urls[:1]) as client, client.socket(origin=target.urls[0]) as socket:
        assert (await socket.asked("send", session_id=await client.session(), message="Hi")).type == "ack"


async def test_another_path_is_no_socket(client: Client) -> None:
    url = client.url("/api/session").replace("http", "ws", 1)
    with pytest.raises(InvalidStatus):
        await connect(url, proxy=None)


async def test_more_sessions_than_a_socket_may_follow_are_refused(client: Client) -> None:
    async with client.socket() as socket:
        for _ in range(64):
            await socket.follow(await client.session())
        told = await socket.asked("follow", session_id=await client.session())
        assert told.json["code"] == "validation_error"
        assert "unfollow" in told.json["message"]


async def test_deleted_sessions_make_room_for_others(client: Client) -> None:
    async with client.socket() as socket:
        for _ in range(64):
            session_id = await client.session()
            await socket.follow(session_id)
        await client.request("DELETE", f"/api/session/{session_id}")
        await socket.until("bye")
        await socket.follow(await client.session())
