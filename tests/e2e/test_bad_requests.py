"""Bad input over HTTP: each gets the contract's error, and the server serves on."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.clients import Client
from tests.e2e.targets import Embedded
from tests.e2e.test_contract import assert_error

JSON = {"Content-Type": "application/json"}


@pytest.fixture(autouse=True)
async def serves_on(client: Client) -> AsyncIterator[None]:
    """After every case the server answers as before."""
    yield
    response = await client.chat(await client.session(), "Hello!")
    assert response.status_code == 200, response.text


MESSAGES: dict[str, Any] = {
    "empty": "",
    "blank": " \t\n ",
    "2,001 characters": "x" * 2001,
    "a number": 7,
    "null": None,
    "a list": ["hello"],
    "an object": {"text": "hello"},
    "with NUL": "hello\x00there",
}


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
async def test_a_message_that_is_none_is_refused(client: Client, message: object) -> None:
    session_id = await client.session()
    response = await client.post("/api/chat", json={"message": message, "session_id": session_id})
    assert "message" in assert_error(response, 400, "validation_error")["message"]
    assert (await client.get(f"/api/session/{session_id}")).json()["turns"] == []


async def test_a_missing_message_is_refused(client: Client) -> None:
    response = await client.post("/api/chat", json={"session_id": await client.session()})
    assert "message" in assert_error(response, 400, "validation_error")["message"]


@pytest.mark.parametrize("escape", [r"\ud800", r"\udfff", r"\udc00\ud800"])
async def test_lone_surrogates_are_refused(client: Client, escape: str) -> None:
    body = f'{{"session_id": "{await client.session()}", "message": "hello {escape}"}}'
    assert_error(await client.post("/api/chat", content=body, headers=JSON), 400)


async def test_2000_characters_are_taken_whatever_they_are(client: Client) -> None:
    response = await client.chat(await client.session(), "😀" * 2000)
    assert response.status_code == 200, response.text


async def test_a_missing_session_id_is_refused(client: Client) -> None:
    assert "session_id" in assert_error(await client.post("/api/chat", json={"message": "Hi"}), 400)["message"]


@pytest.mark.parametrize("session_id", ["", "me", "1" * 36, 7, None, ["a"], "../../etc/passwd"])
async def test_a_session_id_that_is_no_uuid_is_refused(client: Client, session_id: object) -> None:
    response = await client.post("/api/chat", json={"message": "Hi", "session_id": session_id})
    assert "session_id" in assert_error(response, 400, "validation_error")["message"]


async def test_an_unknown_session_is_not_found_at_any_door(client: Client) -> None:
    unknown = str(uuid4())
    assert_error(await client.chat(unknown, "Hi"), 404, "session_not_found")
    assert_error(await client.chat(unknown, "Hi", headers={"Accept": "text/event-stream"}), 404, "session_not_found")
    for path in (
        f"/api/session/{unknown}",
        f"/api/session/{unknown}/events",
        "/api/session/me",
        "/api/session/me/events",
    ):
        assert_error(await client.get(path), 404, "session_not_found")
    assert_error(await client.request("DELETE", f"/api/session/{unknown}"), 404, "session_not_found")
    assert_error(await client.post(f"/api/runs/{unknown}/cancel"), 404, "run_not_found")


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"hello",
    "half of it": b'{"message": "Hi"',
    "two": b"{}{}",
    "NaN": b'{"message": NaN}',
    "no UTF-8": b'{"message": "\xff"}',
    "UTF-16": '{"message": "Hi"}'.encode("utf-16"),
    "very deep": b"[" * 50_000,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_what_is_not_json_is_refused(client: Client, body: bytes) -> None:
    assert_error(await client.post("/api/chat", content=body, headers=JSON), 400, "invalid_json")


@pytest.mark.parametrize("value", [[], "message", 7, None, True])
async def test_json_that_is_no_object_is_refused(client: Client, value: object) -> None:
    assert_error(await client.post("/api/chat", content=json.dumps(value), headers=JSON), 400, "validation_error")


@pytest.mark.parametrize("field", [{"mesage": "Hi"}, {"agent": "sales"}, {"on_busy": "wait"}, {"agent": 1}])
async def test_fields_that_mean_nothing_are_refused_by_name(client: Client, field: dict[str, object]) -> None:
    response = await client.chat(await client.session(), **field)
    assert next(iter(field)) in assert_error(response, 400, "validation_error")["message"]


async def test_an_error_does_not_echo_what_was_sent(client: Client) -> None:
    response = await client.post("/api/chat", json={"message": "Hi", "session_id": "<script>secret</script>"})
    assert "secret" not in response.text


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_another_content_type_is_refused(client: Client, kind: str) -> None:
    body = json.dumps({"message": "Hi", "session_id": await client.session()})
    assert_error(await client.post("/api/chat", content=body, headers={"Content-Type": kind}), 415)


async def test_a_compressed_body_is_refused_as_such(client: Client) -> None:
    body = gzip.compress(json.dumps({"message": "Hi", "session_id": await client.session()}).encode())
    headers = JSON | {"Content-Encoding": "gzip"}
    response = await client.post("/api/chat", content=body, headers=headers)
    assert "Content-Encoding" in assert_error(response, 415, "unsupported_media_type")["message"]
    assert response.headers["accept-encoding"] == "identity"


async def test_bytes_in_another_encoding_are_named(client: Client) -> None:
    response = await client.post("/api/chat", content='{"message": "Grüße"}'.encode("latin-1"), headers=JSON)
    assert "byte 15 is not UTF-8" in assert_error(response, 400, "invalid_json")["message"]


async def test_json_with_a_charset_is_taken(client: Client) -> None:
    body = json.dumps({"message": "Hi", "session_id": await client.session()})
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert (await client.post("/api/chat", content=body, headers=headers)).status_code == 200


async def test_a_body_of_10_megabytes_is_too_large(client: Client) -> None:
    body = json.dumps({"message": "x" * 10_000_000, "session_id": await client.session()})
    assert_error(await client.post("/api/chat", content=body, headers=JSON), 413, "payload_too_large")


async def test_10_megabytes_in_pieces_of_unknown_number_are_too_large(client: Client) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"message": "'
        for _ in range(1000):
            yield b"x" * 10_000

    assert_error(await client.post("/api/chat", content=pieces(), headers=JSON), 413, "payload_too_large")


async def test_a_body_that_grows_for_ever_is_cut_off(serve: Callable[..., Embedded]) -> None:
    """The connection is closed: nobody goes on reading what will not be used."""
    host, port = serve(body_timeout=1.0).url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /api/chat HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n")
    writer.write(b"transfer-encoding: chunked\r\n\r\n")
    answer = asyncio.ensure_future(reader.read())
    async with asyncio.timeout(60):
        with suppress(ConnectionError):
            while True:
                writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
                await writer.drain()
        with suppress(ConnectionError):
            # The latter where the machine is too slow to send that much in a second.
            assert (await answer).startswith((b"HTTP/1.1 413 ", b"HTTP/1.1 408 "))
    writer.close()


async def test_a_body_that_never_ends_is_given_up(serve: Callable[..., Embedded]) -> None:
    host, port = serve(body_timeout=0.3).url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /api/chat HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n")
    writer.write(b'content-length: 100\r\n\r\n{"message": ')
    answer = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "request_timeout"


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there", "schlüssel"])
async def test_an_unusable_idempotency_key_is_refused(client: Client, key: str) -> None:
    headers = [(b"Idempotency-Key", key.encode("latin-1")), (b"Content-Type", b"application/json")]
    body = json.dumps({"message": "Hi", "session_id": await client.session()})
    assert_error(await client.post("/api/chat", content=body, headers=headers), 400, "validation_error")


CURSORS = [
    "x",
    "1",
    "1-",
    "-1",
    "1-2-3",
    "-1-2",
    "1-٣",
    "1.5-1",
    "99999999999999999999-1",
    "1-99999999999999999999",
    "1764000000000-0",
]


@pytest.mark.parametrize("cursor", CURSORS)
async def test_a_cursor_that_no_event_has_is_refused(client: Client, cursor: str) -> None:
    path = f"/api/session/{await client.session()}/events"
    headers = httpx.Headers([(b"last-event-id", cursor.encode())])
    assert_error(await client.get(path, headers=headers), 400, "invalid_event_id")
    assert_error(await client.get(path, params={"after": cursor}), 400, "invalid_event_id")


async def test_a_cursor_of_the_future_or_of_another_session_brings_a_snapshot(client: Client) -> None:
    session_id, other = await client.session(), await client.session()
    await client.chat(session_id)
    await client.chat(other)
    log = await client.kept(session_id)
    foreign = (await client.kept(other))[3].id
    for cursor in ("99999999999999-7", foreign, "1-1"):
        async with client.events(session_id, last=cursor) as stream:
            frames = await stream.until("live")
        assert [frame.type for frame in frames] == ["hello", "snapshot", "live"]
        assert frames[0].data["recovered"] is False
        assert frames[1].id == log[-1].id
        assert [run["status"] for run in frames[1].data["runs"]] == ["completed"]


async def test_unknown_parameters_and_foreign_runs_are_refused(client: Client) -> None:
    session_id, other = await client.session(), await client.session()
    run_id = (await client.chat(session_id, "Hi")).json()["run_id"]
    path = f"/api/session/{session_id}/events"
    assert "since" in assert_error(await client.get(path, params={"since": "1-1"}), 400)["message"]
    assert_error(await client.get(path, params={"run": "none"}), 404, "run_not_found")
    assert_error(await client.get(f"/api/session/{other}/events", params={"run": run_id}), 400)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/chat", {"POST"}),
        ("PUT", "/api/session/me", {"GET", "HEAD", "DELETE"}),
        ("POST", "/api/health", {"GET", "HEAD"}),
        ("POST", "/demo/", {"GET", "HEAD"}),
    ],
)
async def test_a_method_that_a_path_does_not_take_is_answered_with_all_that_it_takes(
    client: Client, method: str, path: str, allowed: set[str]
) -> None:
    response = await client.request(method, path)
    message = assert_error(response, 405, "method_not_allowed")["message"]
    assert set(response.headers["allow"].split(", ")) == allowed
    assert all(each in message for each in allowed)


async def test_a_path_that_is_none_is_told_where_the_doors_are_described(client: Client) -> None:
    for path in ("/api/nothing", "/nothing", "//elsewhere.example/", "/demo/nothing.js"):
        assert "/docs" in assert_error(await client.get(path), 404, "not_found")["message"]


@pytest.mark.parametrize(
    ("asked", "leads"),
    [("/api/session/", "/api/session"), ("/docs/?a=1", "/docs?a=1"), ("/demo", "/demo/")],
)
async def test_a_slash_too_many_or_too_few_leads_on_and_never_away_from_tls(
    client: Client, asked: str, leads: str
) -> None:
    """The server cannot know by which scheme and host it is reached: the address is relative to both."""
    response = await client.get(asked, headers={"Host": "support.example", "X-Forwarded-Proto": "https"})
    assert response.status_code == 307
    assert response.headers["location"] == leads


async def test_a_head_request_for_the_stream_ends(client: Client) -> None:
    response = await client.request("HEAD", f"/api/session/{await client.session()}/events")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    assert (await client.get("/live")).status_code == 200


async def test_what_is_not_http_at_all_is_refused(client: Client) -> None:
    host, port = client.url("").removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"\x16\x03\x01\x00 hello\r\n\r\n")
    assert (await asyncio.wait_for(reader.read(), 60)).startswith(b"HTTP/1.1 400")
    writer.close()


async def test_an_internal_error_has_the_contracts_shape_and_tells_nothing(serve: Callable[..., Embedded]) -> None:
    server = serve()

    async def fail() -> None:
        raise RuntimeError("the secret reason")

    server.house.store.check = fail  # type: ignore[method-assign]
    async with Client([server.url]) as client:
        error = assert_error(await client.get("/api/health", headers={"X-Request-ID": "mine"}), 500, "internal_error")
        assert error["requestId"] == "mine"
        assert "secret" not in error["message"]
        assert (await client.get("/live")).status_code == 200
