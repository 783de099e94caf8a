"""Whatever the model does, the run ends, in bounded time, with the documented error."""

import re
import time
from collections.abc import Callable
from statistics import median

import pytest

from tests.e2e.clients import Client, ended, types
from tests.e2e.targets import Embedded, Model, Process, Target, free_port
from tests.e2e.test_contract import assert_error

BOUND = 25.0
"""Seconds, fewer than a silent model has: nothing here may wait for that."""

FAILURES = {
    "429": ("model_rate_limited", 503, True),
    "quota": ("model_rejected", 502, False),
    "500": ("model_unavailable", 503, True),
    "401": ("model_rejected", 502, False),
    "404": ("model_rejected", 502, False),
    "cut": ("model_stream_broken", 502, True),
    "cut-politely": ("model_stream_broken", 502, True),
    "hangup": ("model_unavailable", 503, True),
    "malformed": ("model_stream_broken", 502, True),
    "malformed-end": ("model_stream_broken", 502, True),
    "wrong-shape": ("model_stream_broken", 502, True),
    "error-mid-stream": ("model_unavailable", 503, True),
    "content-filter": ("model_rejected", 502, False),
    "empty": ("model_unavailable", 503, True),
}


@pytest.mark.parametrize("behaviour", FAILURES)
async def test_each_misbehaviour_is_its_documented_failure(client: Client, target: Target, behaviour: str) -> None:
    code, status, retryable = FAILURES[behaviour]
    session_id = await assert_fails(client, target.model, behaviour, code, status, retryable=retryable)
    target.model.next()
    assert (await client.chat(session_id)).status_code == 200


async def assert_fails(client: Client, model: Model, behaviour: str, code: str, status: int, *, retryable: bool) -> str:
    """Ask a model that behaves so, and see who waits, who reads and who looks later told the same; the session."""
    session_id = await client.session()
    model.next(*[behaviour] * 3)
    before = time.monotonic()
    async with client.events(session_id) as stream:
        response = await client.chat(session_id)
        assert time.monotonic() - before < BOUND
        assert_error(response, status, code)
        assert ("retry-after" in response.headers) == retryable
        frames = await stream.until(ended)
    assert frames[-1].type == "run.failed"
    assert frames[-1].data["code"] == code
    assert frames[-1].data["retryable"] is retryable
    assert sum(map(ended, await client.kept(session_id))) == 1
    shown = (await client.get(f"/api/session/{session_id}")).json()
    assert shown["turns"][0]["status"] == "failed"
    assert "active_run" not in shown
    return session_id


async def test_a_model_that_is_not_there_is_told_so(serve: Callable[..., Embedded]) -> None:
    server = serve(openai_base_url=f"http://127.0.0.1:{free_port()}/v1")
    async with Client([server.url]) as client:
        session_id = await client.session()
        before = time.monotonic()
        assert_error(await client.chat(session_id), 503, "model_unavailable")
        assert time.monotonic() - before < BOUND
        async with client.chat_events(session_id) as stream:
            assert types(await stream.rest())[-1] == "run.failed"


async def test_a_model_that_goes_silent_is_given_up(serve: Callable[..., Embedded], model: Model) -> None:
    server = serve(openai_timeout=0.5)
    async with Client([server.url]) as client:
        await assert_fails(client, model, "stall", "model_timeout", 504, retryable=True)


async def test_a_model_that_never_stops_is_stopped(serve: Callable[..., Embedded], model: Model) -> None:
    server = serve(run_timeout=1.0)
    model.next("paced?rate=50&tokens=100000")
    async with Client([server.url]) as client:
        before = time.monotonic()
        assert_error(await client.chat(await client.session()), 504, "run_timeout")
        assert time.monotonic() - before < BOUND


async def test_a_failure_after_the_stream_began_is_an_event(client: Client, target: Target) -> None:
    target.model.next("cut")
    async with client.chat_events(await client.session()) as stream:
        assert stream.response.status_code == 200
        frames = await stream.rest()
    assert "token" in types(frames)
    assert frames[-1].type == "run.failed"


async def test_no_key_and_no_address_is_shown(client: Client, target: Target) -> None:
    for behaviour in ("401", "400", "error-mid-stream?code=invalid_request_error"):
        target.model.next(behaviour)
        response = await client.chat(await client.session())
        assert response.status_code == 502
        assert not re.search(r"127\.0\.0\.1|Bearer|sk-", response.text)


@pytest.mark.timing
async def test_each_token_is_at_the_reader_within_ten_milliseconds(process: Process, target: Target) -> None:
    """At 50 tokens a second; each token is the moment of its sending, by the machine's one monotonic clock."""
    target.model.next("paced?rate=50&tokens=100&stamp=1")
    async with Client([process.url]) as client, client.chat_events(await client.session()) as stream:
        delays: list[float] = []
        text = ""
        while (frame := await stream.next()) is not None:
            now = time.monotonic_ns()
            if frame.type == "token":
                text += frame.data["text"]
                delays += [(now - int(stamp)) / 1e6 for stamp in re.findall(r"\d{6,}", frame.data["text"])]
    assert len(delays) >= 95, "tokens were put together or cut"
    told = f"p50 {median(delays):.2f} ms, p99 {sorted(delays)[int(len(delays) * 0.99)]:.2f} ms"
    print(told)
    assert median(delays) <= 10, told
