"""What a stream brings, in which order, and when it ends."""

from collections.abc import Callable

import pytest

from streaming.envelope import ANY_EVENT
from tests.e2e.clients import QUESTION, Client, Sse, answer_of, bodies, ended, events, types
from tests.e2e.targets import Embedded, Target


def assert_whole(ids: list[str | None]) -> None:
    """One generation, counted from 1 without a hole."""
    generations = {str(event_id).partition("-")[0] for event_id in ids}
    assert len(generations) == 1
    assert [str(event_id).partition("-")[2] for event_id in ids] == [str(n) for n in range(1, len(ids) + 1)]


async def test_the_steps_come_in_order_and_the_ids_have_no_hole(client: Client) -> None:
    async with client.chat_events(await client.session(), "Which payment methods are accepted?") as stream:
        frames = await stream.rest()
    assert types(frames)[0] == "hello"
    log = events(frames)
    assert_whole([frame.id for frame in log])
    order = types(log)
    assert order[0] == "run.started"
    steps = [order.index(step) for step in ("routing", "cache", "vector_search", "documents", "token", "run.completed")]
    assert steps == sorted(steps)
    assert sum(map(ended, log)) == 1
    assert ended(log[-1])
    for frame in log:
        ANY_EVENT.validate_json(frame.body)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/event-stream", "text/event-stream"),
        ("application/json, text/event-stream", "text/event-stream"),
        ("Text/Event-Stream; Q=0.5, */*;q=0.1", "text/event-stream"),
        ("application/json, text/event-stream;q=0.5", "application/json"),
        ("application/json, text/event-stream;q=0", "application/json"),
        ("*/*", "application/json"),
        ("x/text/event-stream", "application/json"),
    ],
)
async def test_events_come_to_who_prefers_them(client: Client, accept: str, media_type: str) -> None:
    response = await client.chat(await client.session(), "Hello!", headers={"Accept": accept})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].partition(";")[0] == media_type


async def test_without_a_model_the_same_steps_come(serve: Callable[..., Embedded]) -> None:
    server = serve(openai_base_url=None)
    async with Client([server.url]) as client:
        async with client.chat_events(await client.session(), "How do refunds work?") as stream:
            log = events(await stream.rest())
        assert_whole([frame.id for frame in log])
        order = types(log)
        steps = [
            order.index(step) for step in ("run.started", "routing", "cache", "vector_search", "documents", "token")
        ]
        assert steps == sorted(steps)
        assert order.count("token") > 3
        assert log[-1].data["message"] == answer_of(log)


async def test_the_stream_is_open_before_retrieval_starts(client: Client, target: Target) -> None:
    """Headers, hello and run.started come while the model has not even been asked."""
    target.model.next("slow-start?delay=0.5")
    async with client.chat_events(await client.session()) as stream:
        frames = await stream.until("documents")
        assert "token" not in types(frames)
        assert types(frames)[:1] == ["hello"]
        assert "run.started" in types(frames)
        await stream.rest()


async def test_offsets_and_the_message_agree_with_the_tokens(client: Client) -> None:
    async with client.chat_events(await client.session()) as stream:
        log = events(await stream.rest())
    told = ""
    for frame in log:
        if frame.type == "token":
            assert frame.data["offset"] == len(told)
            told += frame.data["text"]
    assert told
    assert log[-1].data["message"] == told


async def test_the_wire_is_plain_and_nulls_are_left_out(client: Client) -> None:
    """`Sse` refuses CR, blocks without data, two data lines, and retry anywhere but in hello."""
    async with client.chat_events(await client.session()) as stream:
        frames = await stream.rest()
        headers = stream.response.headers
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert "no-store" in headers["cache-control"]
    assert headers["x-accel-buffering"] == "no"
    assert headers["x-request-id"]
    assert "content-encoding" not in headers
    for frame in frames:
        assert b":null" not in frame.body
        assert b"\n" not in frame.body
        if frame.is_event:
            assert list(frame.json) == ["id", "type", "session_id", "run_id", "timestamp", "data"]


async def test_pings_are_events_with_data_and_without_an_id(serve: Callable[..., Embedded]) -> None:
    server = serve(heartbeat=0.1)
    async with Client([server.url]) as client:
        session_id = await client.session()
        async with client.events(session_id) as stream, client.socket() as socket:
            await socket.follow(session_id)
            for reader in (stream, socket):
                ping = (await reader.until("ping"))[-1]
                assert ping.id is None
                assert ping.data == {"top": "0-0"}
                assert ping.json["session_id"] == session_id


async def test_a_channel_without_cursor_begins_with_the_active_run(client: Client, target: Target) -> None:
    session_id = await client.session()
    await client.chat(session_id, "Hello!")
    target.model.next("paced?rate=50&tokens=100000")
    run_id = await client.start(session_id)
    async with client.events(session_id) as first:
        await first.until("token", count=10)
        async with client.events(session_id) as stream, client.socket() as socket:
            await socket.follow(session_id)
            for reader in (stream, socket):
                frames = await reader.until("token", count=12)
                assert frames[0].type == "hello"
                assert frames[0].data["recovered"] is True
                log = events(frames)
                assert log[0].type == "run.started"
                assert {frame.json["run_id"] for frame in log} == {run_id}
                assert_whole([frame.id for frame in log])
        await client.post(f"/api/runs/{run_id}/cancel")
        await first.until("run.cancelled")


async def test_a_channel_without_cursor_in_an_idle_session_only_brings_what_is_new(client: Client) -> None:
    session_id = await client.session()
    await client.chat(session_id, "Hello!")
    async with client.events(session_id) as stream, client.socket() as socket:
        await socket.follow(session_id)
        await stream.until("live")
        await socket.until("live")
        run_id = await client.start(session_id, "Thanks!")
        for reader in (stream, socket):
            log = events(await reader.until(ended))
            assert {frame.json["run_id"] for frame in log} == {run_id}
            assert log[0].type == "run.started"


async def test_a_reader_that_follows_at_once_misses_nothing(client: Client) -> None:
    """The run starts in the moment between asking where the session stands and reading on."""
    for _ in range(40):
        session_id = await client.session()
        response = await client.chat(session_id, "Hello!", headers={"Prefer": "respond-async"})
        async with client.http.stream("GET", client.url(response.json()["events_url"])) as opened:
            frames = await Sse(opened).rest()
        assert [types(events(frames))[n] for n in (0, -1)] == ["run.started", "run.completed"]


async def test_everything_kept_comes_after_0_0(client: Client) -> None:
    session_id = await client.session()
    runs = [(await client.chat(session_id, text)).json()["run_id"] for text in ("Hello!", QUESTION, "Thanks!")]
    log = await client.kept(session_id)
    assert list(dict.fromkeys(frame.json["run_id"] for frame in log)) == runs
    assert [frame.type for frame in log if ended(frame)] == ["run.completed"] * 3
    async with client.socket() as socket:
        await socket.follow(session_id, "0-0")
        assert bodies(await socket.until("live")) == bodies(log)


async def test_the_stream_of_one_run_holds_that_run_and_ends_with_it(client: Client) -> None:
    session_id = await client.session()
    runs = [(await client.chat(session_id, text)).json()["run_id"] for text in ("Hello!", QUESTION, "Thanks!")]
    log = await client.kept(session_id)
    for run_id in runs:
        mine = bodies(frame for frame in log if frame.json["run_id"] == run_id)
        for after in (None, "0-0"):
            async with client.events(session_id, run=run_id, after=after) as stream:
                frames = await stream.rest()
            assert bodies(frames) == mine
            assert "snapshot" not in types(frames)


async def test_the_stream_of_one_run_is_found_behind_long_others(client: Client, target: Target) -> None:
    """More events of other runs lie between than are read at a time."""
    session_id = await client.session()
    while len(await client.kept(session_id)) <= 600:  # tokens that wait for one another share an event
        target.model.next("paced?rate=1000&tokens=600")
        await client.chat(session_id)
    run_id = (await client.chat(session_id, "Thanks!")).json()["run_id"]
    async with client.events(session_id, run=run_id, after="0-0") as stream:
        frames = await stream.rest()
    assert "ping" not in types(frames), "it waited for a heartbeat to read on"
    assert {frame.json["run_id"] for frame in events(frames)} == {run_id}


async def test_a_cursor_at_or_past_the_runs_end_gets_no_content(client: Client) -> None:
    session_id = await client.session()
    run_id = (await client.chat(session_id)).json()["run_id"]
    end = (await client.kept(session_id))[-1].id
    await client.chat(session_id, "Thanks!")
    later = (await client.kept(session_id))[-1].id
    for cursor in (end, later):
        response = await client.get(
            f"/api/session/{session_id}/events", params={"run": run_id}, headers={"Last-Event-ID": str(cursor)}
        )
        assert response.status_code == 204
        assert response.content == b""


async def test_the_stream_of_a_run_whose_beginning_is_gone_ends_after_the_snapshot(client: Client) -> None:
    session_id = await client.session()
    run_id = (await client.chat(session_id)).json()["run_id"]
    async with client.events(session_id, run=run_id, after="1-1") as stream:
        assert types(await stream.rest()) == ["hello", "snapshot"]


async def test_last_event_id_wins_over_after(client: Client) -> None:
    session_id = await client.session()
    await client.chat(session_id)
    log = await client.kept(session_id)
    async with client.events(session_id, after="0-0", last=log[-2].id) as stream:
        assert bodies(await stream.until("live")) == bodies(log[-1:])


async def test_a_run_taken_in_can_be_followed_where_the_answer_says(client: Client) -> None:
    session_id = await client.session()
    response = await client.chat(session_id, headers={"Prefer": "wait=10, respond-async"})
    assert response.status_code == 202
    assert response.headers["preference-applied"] == "respond-async"
    body = response.json()
    assert set(body) == {"run_id", "session_id", "status", "events_url"}
    assert body["status"] in {"queued", "running"}
    assert body["session_id"] == session_id
    assert response.headers["location"] == body["events_url"]
    async with client.events(session_id, run=body["run_id"]) as stream:
        assert (await stream.rest())[-1].type == "run.completed"


async def test_a_reader_that_leaves_does_not_stop_the_run(client: Client, target: Target) -> None:
    session_id = await client.session()
    target.model.next("paced?rate=200&tokens=100&until=told")
    async with client.chat_events(session_id) as stream:
        await stream.until("token")
    async with client.events(session_id) as again:
        target.model.end()
        assert (await again.until(ended))[-1].type == "run.completed"
    assert answer_of(await client.kept(session_id)).count("token") == 100


async def test_a_socket_serves_many_sessions_and_lets_go_of_them(client: Client) -> None:
    sessions = [await client.session() for _ in range(3)]
    async with client.socket() as socket:
        for session_id in sessions:
            await socket.follow(session_id)
        acks = [await socket.asked("send", session_id=session_id, message="Hello!") for session_id in sessions]
        assert all(ack.json["status"] in {"queued", "running"} for ack in acks)
        await socket.until(ended, count=3 - sum(map(ended, socket.seen)))
        assert {frame.json["session_id"] for frame in socket.seen if ended(frame)} == set(sessions)
        assert (await socket.asked("unfollow", session_id=sessions[0])).json["status"] == "unfollowed"
        await client.chat(sessions[0], "Thanks!")
        await client.chat(sessions[1], "Thanks!")
        frames = await socket.until(ended)
        assert {frame.json["session_id"] for frame in frames if frame.type != "ping"} == {sessions[1]}


@pytest.mark.parametrize("agent", ["billing", "technical", "policy"])
async def test_the_agent_that_is_asked_for_answers(client: Client, agent: str) -> None:
    body = (await client.chat(await client.session(), agent=agent)).json()
    assert body["agent"] == agent
