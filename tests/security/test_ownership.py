"""Two keys, two sessions: every door tried with the other's session, run and ticket, and each refused."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from server.keys import Keys, KeysInvalid, parse
from server.tickets import Tickets
from tests.e2e.clients import Client
from tests.e2e.targets import Embedded, come_true
from tests.security.conftest import ALICE, BOB, KEYS, visitor
from tests.v1.conftest import Serve

SHOP = "https://shop.example"


async def session(client: httpx.AsyncClient) -> str:
    response = await client.post("/api/session")
    assert response.status_code == 201, response.text
    return str(response.json()["session_id"])


async def started(client: httpx.AsyncClient, session_id: str) -> str:
    body = {"message": "How do I get an API key?", "session_id": session_id}
    return str((await client.post("/api/chat", json=body)).json()["run_id"])


async def ticket(client: httpx.AsyncClient, session_id: str, **rest: Any) -> str:
    response = await client.post(f"/api/session/{session_id}/ticket", **rest)
    assert response.status_code == 201, response.text
    return str(response.json()["ticket"])


@asynccontextmanager
async def socket(server: Embedded, query: str = "", **rest: Any) -> AsyncIterator[ClientConnection]:
    async with connect(server.url.replace("http", "ws") + "/api/ws" + query, proxy=None, **rest) as opened:
        yield opened


async def said(opened: ClientConnection, **frame: Any) -> dict[str, Any]:
    """The ack or error that answers a frame."""
    await opened.send(json.dumps(frame | {"ref": "r"}))
    while True:
        answer: dict[str, Any] = json.loads(await opened.recv())
        if answer.get("ref") == "r":
            return answer


async def closed(server: Embedded, query: str = "", **rest: Any) -> int | None:
    """The code with which a socket is closed at once."""
    async with socket(server, query, **rest) as opened:
        with pytest.raises(ConnectionClosed):
            await opened.recv()
        return opened.close_code


DOORS = [
    ("GET", "/api/session/{session}", None),
    ("DELETE", "/api/session/{session}", None),
    ("GET", "/api/session/{session}/events", None),
    ("GET", "/api/session/{session}/events?after=0-0", None),
    ("GET", "/api/session/{own}/events?run={run}", None),
    ("POST", "/api/session/{session}/ticket", None),
    ("POST", "/api/chat", {"message": "Hello!", "session_id": "{session}"}),
    ("POST", "/api/runs/{run}/cancel", None),
    ("GET", "/api/v1/agent/run/{task}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), DOORS, ids=[f"{m} {p}" for m, p, _ in DOORS])
async def test_what_is_anothers_is_not_there(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient, nobody: httpx.AsyncClient, method: str, path: str, body: Any
) -> None:
    theirs, own = await session(alice), await session(bob)
    run = await started(alice, theirs)
    task = (await alice.post("/api/v1/agent/run", json={"instructions": "Hi", "session_id": theirs})).json()["run_id"]
    names = {"session": theirs, "own": own, "run": run, "task": task}
    asked: dict[str, Any] = {"json": json.loads(json.dumps(body).replace("{session}", theirs))} if body else {}
    refused = await bob.request(method, path.format(**names), **asked)
    assert refused.status_code == 404, refused.text
    unknown = await nobody.request(method, path.format(**names), **asked)
    assert unknown.status_code == 401
    assert unknown.headers["www-authenticate"] == "Bearer"
    assert (await alice.get(f"/api/session/{theirs}")).status_code == 200


async def test_the_same_name_is_another_session_for_another_key(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    query = {"query": "How do refunds work?", "session_id": "shared name"}
    ids = [(await client.post("/api/v1/ask", json=query)).headers["x-session-id"] for client in (alice, bob)]
    assert ids[0] != ids[1]
    assert (await bob.get(f"/api/session/{ids[0]}")).status_code == 404
    stolen = await bob.post("/api/v1/ask", json=query | {"session_id": ids[0]})
    assert stolen.headers["x-session-id"] == ids[0]  # a name like any other, of a session of bob's own
    assert len((await alice.get(f"/api/session/{ids[0]}")).json()["turns"]) == 1


async def test_a_socket_does_nothing_with_what_is_anothers(
    server: Embedded, alice: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    theirs = await session(alice)
    run = await started(alice, theirs)
    async with socket(server, additional_headers=BOB) as opened:
        for frame in (
            {"type": "follow", "session_id": theirs},
            {"type": "send", "session_id": theirs, "message": "Hello!"},
            {"type": "cancel", "run_id": run},
        ):
            answer = await said(opened, **frame)
            assert answer["type"] == "error", answer
            assert answer["code"] in ("session_not_found", "run_not_found")
    assert await closed(server) == 4501
    assert await closed(server, additional_headers={"X-API-Key": "guessed-key"}) == 4501


async def test_an_idempotency_key_is_its_owners_alone(alice: httpx.AsyncClient, bob: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "the same"}
    runs = [
        (await client.post("/api/v1/ask", json={"query": "Hello!", "session_id": "i"}, headers=headers)).json()
        for client in (alice, bob)
    ]
    assert runs[0]["query_id"] != runs[1]["query_id"]


async def test_a_ticket_opens_its_own_session_and_nothing_else(
    server: Embedded, alice: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    mine, other = await session(alice), await session(alice)
    given = await ticket(alice, mine)
    async with nobody.stream("GET", f"/api/session/{mine}/events", params={"ticket": given}) as response:
        assert response.status_code == 200
    assert (await nobody.get(f"/api/session/{other}/events", params={"ticket": given})).status_code == 401
    assert (await nobody.get(f"/api/session/{mine}", params={"ticket": given})).status_code == 401
    async with socket(server, f"?ticket={given}") as opened:
        assert (await said(opened, type="follow", session_id=mine))["status"] == "following"
        assert (await said(opened, type="follow", session_id=other))["code"] == "session_not_found"
        assert (await said(opened, type="send", session_id=other, message="Hello!"))["code"] == "session_not_found"
        run = await started(alice, other)
        assert (await said(opened, type="cancel", run_id=run))["code"] == "session_not_found"


async def test_a_ticket_that_was_altered_or_made_up_is_refused(
    server: Embedded, alice: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    mine, other = await session(alice), await session(alice)
    given = await ticket(alice, mine)
    head, _, tail = given.partition(".")
    said_so = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    later = base64.urlsafe_b64encode(json.dumps([*said_so[:3], said_so[3] + 9999]).encode()).decode().rstrip("=")
    elsewhere = base64.urlsafe_b64encode(json.dumps([other, *said_so[1:]]).encode()).decode().rstrip("=")
    forged, _ = Tickets(b"another secret", 60, lambda: said_so[3]).issue(mine, "alice", "")
    for bad in (f"{later}.{tail}", f"{elsewhere}.{tail}", forged, head, f"{head}.", f".{tail}", "", "é", "x" * 5000):
        refused = await nobody.get(f"/api/session/{mine}/events", params={"ticket": bad})
        assert refused.status_code == 401, bad
        assert await closed(server, f"?ticket={bad}" if bad.isascii() else "?ticket=%C3%A9") == 4501


async def test_a_ticket_expires(serve: Serve) -> None:
    brief = serve(api_keys=KEYS, ticket_ttl=0.001)
    async with visitor(brief.url, ALICE) as alice, visitor(brief.url) as nobody:
        mine = await session(alice)
        refused = await nobody.get(f"/api/session/{mine}/events", params={"ticket": await ticket(alice, mine)})
        assert refused.status_code == 401
        assert refused.json()["error"]["code"] == "ticket_refused"
        assert "expired" in refused.json()["error"]["message"]


async def test_a_ticket_is_bound_to_the_origin_of_its_page(
    server: Embedded, alice: httpx.AsyncClient, nobody: httpx.AsyncClient
) -> None:
    mine = await session(alice)
    path = f"/api/session/{mine}/events"
    for given in (
        await ticket(alice, mine, headers={"Origin": SHOP}),
        await ticket(alice, mine, json={"origin": SHOP}),
    ):
        async with nobody.stream("GET", path, params={"ticket": given}, headers={"Origin": SHOP}) as response:
            assert response.status_code == 200
            assert response.headers["access-control-allow-origin"] == SHOP
        for origin in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {}):
            assert (await nobody.get(path, params={"ticket": given}, headers=origin)).status_code == 401
        assert await closed(server, f"?ticket={given}") == 4501
        async with socket(server, f"?ticket={given}", origin=SHOP) as opened:
            assert (await said(opened, type="follow", session_id=mine))["status"] == "following"
    own = await ticket(alice, mine)
    assert (await nobody.get(path, params={"ticket": own}, headers={"Origin": SHOP})).status_code == 401
    for body in ({"origin": "https://evil.example"}, {"origin": SHOP, "more": 1}):
        assert (await alice.post(f"/api/session/{mine}/ticket", json=body)).status_code in (400, 403)
    evil = await alice.post(f"/api/session/{mine}/ticket", headers={"Origin": "https://evil.example"})
    assert evil.status_code == 403


async def test_origins_that_are_not_listed_get_no_socket_and_no_permission_to_read(
    server: Embedded, alice: httpx.AsyncClient
) -> None:
    assert await closed(server, additional_headers=ALICE, origin="https://evil.example") == 4503
    for origin, granted in ((SHOP, SHOP), ("https://evil.example", None)):
        response = await alice.get("/api/health", headers={"Origin": origin})
        assert response.headers.get("access-control-allow-origin") == granted
        preflight = await alice.options(
            "/api/chat", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
        )
        assert preflight.headers.get("access-control-allow-origin") == granted
        assert preflight.status_code == (204 if granted else 403)
        refused = await alice.get("/api/session/nothing", headers={"Origin": origin})
        assert refused.headers.get("access-control-allow-origin") == granted


async def test_no_cache_gives_one_page_what_another_may_read(alice: httpx.AsyncClient) -> None:
    for headers in ({}, {"Origin": SHOP}, {"Origin": "https://evil.example"}):
        assert (await alice.get("/demo/client.js", headers=headers)).headers.get_list("vary") == ["Origin"]
    created = await alice.post("/api/session")
    assert (await alice.get(created.headers["location"])).headers["cache-control"] == "no-store"


async def test_a_key_is_revoked_without_a_restart(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text("# who may come in\nalice:alice-has-a-key\nbob:bob-has-a-key\n")
    keyed = serve(api_keys_file=file)
    async with visitor(keyed.url, ALICE) as alice, visitor(keyed.url, BOB) as bob:
        mine = await session(alice)
        given = await ticket(alice, mine)
        async with socket(keyed, additional_headers=ALICE) as opened:
            assert (await said(opened, type="follow", session_id=mine))["status"] == "following"
            file.write_text("bob:bob-has-a-key\n")
            assert (await alice.get(f"/api/session/{mine}")).status_code == 401
            assert (await bob.post("/api/session")).status_code == 201
            assert (await said(opened, type="follow", session_id=mine))["code"] == "unauthorized"
            await opened.wait_closed()
            assert opened.close_code == 4501
        ticketed = await bob.get(f"/api/session/{mine}/events", params={"ticket": given})
        assert ticketed.status_code == 401
        file.write_text("bob:bob-has-a-key,carol:")
        assert (await bob.post("/api/session")).status_code == 401, "a file that cannot be read lets nobody in"
        file.unlink()
        assert (await bob.post("/api/session")).status_code == 401
        file.write_text("alice:alice-has-a-key\n")
        assert (await alice.get(f"/api/session/{mine}")).status_code == 200


async def test_streams_and_sockets_of_a_revoked_key_end(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text("alice:alice-has-a-key,alice:alice-has-another\nbob:bob-has-a-key\n")
    keyed = serve(api_keys_file=file, openai_model="paced?rate=20&tokens=12000")
    others = {"X-API-Key": "alice-has-another"}
    async with (
        Client([keyed.url], headers=ALICE) as alice,
        Client([keyed.url], headers=others) as another,
        Client([keyed.url], headers=BOB) as bob,
    ):
        mine, his = await alice.session(), await bob.session()
        given = (await alice.post(f"/api/session/{mine}/ticket")).json()["ticket"]
        async with (
            alice.events(mine) as quiet,
            alice.chat_events(mine) as busy,
            another.events(mine) as kept,
            bob.events(his) as stays,
            alice.socket() as opened,
            socket(keyed, additional_headers=others) as open_by_another,
            socket(keyed, f"?ticket={given}") as by_ticket,
        ):
            await opened.asked("follow", session_id=mine)
            await busy.until("token")
            await quiet.until("token")
            file.write_text("alice:alice-has-another\nbob:bob-has-a-key\n")
            for stream in (quiet, busy, opened):
                bye = next(frame for frame in await stream.rest() if frame.type == "bye")
                assert bye.data == {"reason": "revoked", "retry_after_ms": 0}
            assert await opened.closed() == 4501
            await kept.until("token")
            for still in (by_ticket, open_by_another):
                assert (await said(still, type="unfollow", session_id=mine))["status"] == "unfollowed"
            file.write_text("bob:bob-has-a-key\n")
            assert (await kept.rest())[-1].data["reason"] == "revoked"
            await by_ticket.wait_closed()
            assert by_ticket.close_code == 4501
            assert (await bob.chat(his, headers={"Prefer": "respond-async"})).status_code == 202
            await stays.until("token")
        await come_true(lambda: len(keyed.house.inside) == 0, otherwise="who has gone is still noted")


def test_keys_are_read_from_both_places_and_several_may_have_one_name(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("alice:a-second-key\n")
    keys = Keys("alice:her-first-key", tmp_path / "keys")
    assert keys.owner("her-first-key") == keys.owner("a-second-key") == "alice"
    assert keys.owner("") is None
    assert not keys.open
    assert Keys(None, None).open
    assert not Keys("", None).open


@pytest.mark.parametrize("text", ["alice", "alice:short", ":no-name-here", "a b:long-enough", "alice:tab\tinside-it"])
def test_a_list_of_keys_that_cannot_be_used_says_where_and_not_what(text: str) -> None:
    with pytest.raises(KeysInvalid) as caught:
        parse(f"bob:bob-has-a-key,{text}", "API_KEYS")
    assert "API_KEYS" in str(caught.value)
    secret = text.partition(":")[2]
    assert not secret or secret not in str(caught.value)


async def test_health_needs_no_key_and_metrics_do(nobody: httpx.AsyncClient, alice: httpx.AsyncClient) -> None:
    for path in ("/api/health", "/api/v1/health", "/live", "/ready", "/docs", "/openapi.json", "/demo/"):
        assert (await nobody.get(path)).status_code == 200, path
    assert (await nobody.get("/metrics")).status_code == 401
    assert (await alice.get("/metrics")).status_code == 200


async def test_nothing_secret_is_logged_or_told(
    alice: httpx.AsyncClient, nobody: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, capsys: Any
) -> None:
    mine = await session(alice)
    given = await ticket(alice, mine)
    async with nobody.stream("GET", f"/api/session/{mine}/events", params={"ticket": given}):
        pass
    told = [
        (await nobody.get("/api/session/x", headers={"X-API-Key": "guessed-secret"})).text,
        (await alice.post("/api/v1/ask", json={"query": "Hello!", "session_id": "secret\nname"})).text,
    ]
    logged = caplog.text + "".join(capsys.readouterr()) + "".join(told)
    for secret in ("alice-has-a-key", "guessed-secret", given, "secret\\nname"):
        assert secret not in logged
