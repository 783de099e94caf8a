"""Starting twice, asking while busy, stopping, forgetting."""

import asyncio
from uuid import uuid4

import pytest

from tests.e2e.clients import QUESTION, Client, bodies, ended, types
from tests.e2e.targets import Target
from tests.e2e.test_contract import assert_error

LONG = "paced?rate=50&tokens=100000"
"""Half an hour: nobody waits for its end."""


async def test_the_same_key_is_the_same_run_in_all_three_ways(client: Client) -> None:
    session_id, key = await client.session(), {"Idempotency-Key": str(uuid4())}
    first = (await client.chat(session_id, headers=key)).json()
    assert (await client.chat(session_id, headers=key)).json() == first
    again = await client.chat(session_id, headers=key | {"Prefer": "respond-async"})
    assert again.json()["run_id"] == first["run_id"]
    assert again.json()["status"] == "completed"
    async with client.chat_events(session_id, headers=key) as stream:
        frames = await stream.rest()
    assert bodies(frames) == bodies(await client.kept(session_id))
    async with client.socket() as socket:
        key_ = key["Idempotency-Key"]
        ack = await socket.asked("send", session_id=session_id, message=QUESTION, idempotency_key=key_)
        assert ack.json["run_id"] == first["run_id"]


async def test_the_same_key_with_another_body_is_refused(client: Client) -> None:
    session_id, key = await client.session(), {"Idempotency-Key": str(uuid4())}
    await client.chat(session_id, "Hello!", headers=key)
    assert_error(await client.chat(session_id, "Bye!", headers=key), 422, "idempotency_conflict")


async def test_the_same_key_in_another_session_is_another_run(client: Client) -> None:
    key = {"Idempotency-Key": "a key that others guess"}
    mine, theirs = [(await client.chat(await client.session(), "Hello!", headers=key)).json() for _ in range(2)]
    assert mine["run_id"] != theirs["run_id"]
    assert mine["session_id"] != theirs["session_id"]


async def test_a_repeated_ask_that_names_no_session_is_the_same_run_in_the_same_session(client: Client) -> None:
    key, body = {"Idempotency-Key": str(uuid4())}, {"query": "Hello!"}
    first, second = [await client.post("/api/v1/ask", json=body, headers=key) for _ in range(2)]
    assert first.json() == second.json()
    assert first.headers["x-session-id"] == second.headers["x-session-id"]


async def test_fifty_times_at_once_with_one_key_is_one_run(client: Client) -> None:
    session_id, key = await client.session(), {"Idempotency-Key": str(uuid4())}
    answers = await asyncio.gather(*[client.chat(session_id, headers=key) for _ in range(50)])
    assert len({answer.json()["run_id"] for answer in answers}) == 1
    assert len((await client.get(f"/api/session/{session_id}")).json()["turns"]) == 1


async def test_messages_while_busy_wait_in_order(client: Client, target: Target) -> None:
    session_id = await client.session()
    target.model.next("paced?rate=100&tokens=50")
    first = await client.start(session_id)
    second = await client.start(session_id, "Hello!")
    third = await client.start(session_id, "Thanks!")
    async with client.events(session_id, after="0-0") as stream:
        frames = await stream.until(ended, count=3)
    order = [(frame.json["run_id"], frame.type) for frame in frames if frame.type == "run.started" or ended(frame)]
    assert order == [(run, kind) for run in (first, second, third) for kind in ("run.started", "run.completed")]


async def test_a_message_while_busy_can_ask_to_be_refused(client: Client, target: Target) -> None:
    session_id = await client.session()
    target.model.next(LONG)
    run_id = await client.start(session_id)
    async with client.events(session_id, run=run_id) as stream:
        await stream.until("token")
    assert_error(await client.chat(session_id, "Hello!", on_busy="reject"), 409, "session_busy")
    async with client.socket() as socket:
        told = await socket.asked("send", session_id=session_id, message="Hello!", on_busy="reject")
        assert (told.json["code"], told.json["retryable"]) == ("session_busy", True)
    await client.post(f"/api/runs/{run_id}/cancel")
    async with client.events(session_id, run=run_id) as stream:
        await stream.rest()
    assert (await client.chat(session_id, "Hello!", on_busy="reject")).status_code == 200


async def test_a_message_can_interrupt_what_runs_and_what_waits(client: Client, target: Target) -> None:
    session_id = await client.session()
    target.model.next(LONG)
    running = await client.start(session_id)
    async with client.events(session_id, run=running, after="0-0") as stream:
        await stream.until("token")
        waiting = await client.start(session_id, "Hello!")
        answer = await client.chat(session_id, "Thanks!", on_busy="interrupt")
        assert answer.status_code == 200
        assert (await stream.rest())[-1].data == {"by": "interrupt"}
    turns = (await client.get(f"/api/session/{session_id}")).json()["turns"]
    assert [(turn["run_id"], turn["status"]) for turn in turns] == [
        (running, "cancelled"),
        (waiting, "cancelled"),
        (answer.json()["run_id"], "completed"),
    ]


async def test_too_many_waiting_messages_are_refused(client: Client, target: Target) -> None:
    session_id = await client.session()
    target.model.next(LONG)
    await client.start(session_id)
    for _ in range(20):
        await client.start(session_id, "Hello!")
    error = await client.chat(session_id, "Hello!")
    assert_error(error, 429, "queue_full")
    assert error.headers["retry-after"]
    assert (await client.get(f"/api/session/{session_id}")).json()["queued"] == 20
    await client.request("DELETE", f"/api/session/{session_id}")


@pytest.mark.parametrize("door", ["http", "websocket"])
async def test_cancel_stops_the_run_and_may_be_repeated(client: Client, target: Target, door: str) -> None:
    session_id = await client.session()
    target.model.next(LONG)
    run_id = await client.start(session_id)
    async with client.events(session_id, run=run_id) as stream, client.socket() as socket:
        await stream.until("token", count=3)
        gone = next(each.gone for each in reversed(target.model.requests) if each.body.get("stream"))
        if door == "http":
            response = await client.post(f"/api/runs/{run_id}/cancel")
            assert response.status_code == 202
            assert response.json()["cancelling"] is True
        else:
            assert (await socket.asked("cancel", run_id=run_id)).json["status"] == "cancelling"
        frames = await stream.rest()
        assert types(frames).count("run.cancelled") == 1
        assert frames[-1].data == {"by": "user"}
        for _ in range(2):
            again = await client.post(f"/api/runs/{run_id}/cancel")
            assert again.status_code == 200
            assert again.json() == {
                "run_id": run_id,
                "session_id": session_id,
                "status": "cancelled",
                "cancelling": False,
            }
        assert (await socket.asked("cancel", run_id=run_id)).json["status"] == "cancelled"
    assert sum(map(ended, await client.kept(session_id))) == 1
    async with asyncio.timeout(60):
        while not gone.is_set():
            await asyncio.sleep(0.01)


async def test_who_waits_for_a_cancelled_run_is_told(client: Client, target: Target) -> None:
    session_id = await client.session()
    target.model.next(LONG)
    async with client.events(session_id) as stream:
        waiting = asyncio.create_task(client.chat(session_id))
        run_id = (await stream.until("token"))[-1].json["run_id"]
        await client.post(f"/api/runs/{run_id}/cancel")
        assert_error(await waiting, 409, "run_cancelled")


async def test_deleting_a_session_forgets_it_and_sends_its_readers_away(client: Client, target: Target) -> None:
    session_id = await client.session()
    await client.chat(session_id, "Hello!", headers={"Idempotency-Key": f"before-{session_id}"})
    target.model.next(LONG)
    async with client.events(session_id) as stream, client.socket() as socket:
        await socket.follow(session_id)
        waiting = asyncio.create_task(client.chat(session_id))
        run_id = (await stream.until("token"))[-1].json["run_id"]
        assert (await client.request("DELETE", f"/api/session/{session_id}")).status_code == 204
        for bye in ((await stream.rest())[-1], (await socket.until("bye"))[-1]):
            assert bye.type == "bye"
            assert bye.data["reason"] == "deleted"
        assert_error(await waiting, 404, "session_not_found")
        assert (await socket.asked("follow", session_id=session_id)).json["code"] == "session_not_found"
    for method, path in [
        ("GET", f"/api/session/{session_id}"),
        ("GET", f"/api/session/{session_id}/events"),
        ("DELETE", f"/api/session/{session_id}"),
        ("POST", f"/api/runs/{run_id}/cancel"),
    ]:
        assert_error(await client.request(method, path), 404)
    assert_error(await client.chat(session_id, headers={"Idempotency-Key": f"before-{session_id}"}), 404)
