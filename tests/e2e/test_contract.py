"""The OrchestratAI API as its contract has it, field for field."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.e2e.clients import Client

AGENTS = {"orchestrator", "billing", "technical", "policy"}
LOGS = {"routing", "vector_search", "cache", "documents"}
STATUSES = {"success", "warning", "error"}


def is_date_time(value: str) -> bool:
    """RFC 3339, with a zone, as OpenAPI's date-time."""
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value)) and bool(
        datetime.fromisoformat(value)
    )


def assert_error(response: httpx.Response, status: int, code: str | None = None) -> dict[str, Any]:
    """The contract's ErrorResponse."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert set(response.json()) == {"error"}
    error: dict[str, Any] = response.json()["error"]
    assert set(error) == {"code", "message", "timestamp", "requestId"}
    assert all(isinstance(value, str) and value for value in error.values())
    assert is_date_time(error["timestamp"])
    assert error["requestId"] == response.headers["x-request-id"]
    if code is not None:
        assert error["code"] == code, error
    return error


async def test_health_says_healthy_with_version_and_time(client: Client) -> None:
    response = await client.get("/api/health")
    assert response.status_code == 200
    assert set(response.json()) == {"status", "version", "timestamp"}
    assert response.json()["status"] == "healthy"
    assert re.match(r"\d+\.\d+", response.json()["version"])
    assert is_date_time(response.json()["timestamp"])


async def test_a_new_session_has_a_uuid_and_the_time_of_its_making(client: Client) -> None:
    response = await client.post("/api/session")
    assert response.status_code == 201
    assert set(response.json()) == {"session_id", "created_at"}
    session_id = response.json()["session_id"]
    assert str(UUID(session_id)) == session_id
    assert is_date_time(response.json()["created_at"])
    assert response.headers["location"] == f"/api/session/{session_id}"
    assert response.headers["x-session-id"] == session_id


async def test_an_answer_has_every_field_of_the_contract(client: Client) -> None:
    session_id = await client.session()
    response = await client.chat(session_id)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-session-id"] == session_id
    body = response.json()
    assert {"message", "agent", "confidence", "logs", "metrics"} <= set(body)
    assert isinstance(body["message"], str)
    assert body["message"]
    assert body["agent"] in AGENTS
    assert 0.0 <= body["confidence"] <= 1.0
    assert body["session_id"] == session_id
    assert isinstance(body["run_id"], str)
    assert set(body["agent_status"]) <= AGENTS
    assert set(body["metrics"]) == {"tokensUsed", "cost", "latency", "cache_status"}
    assert body["metrics"]["tokensUsed"] > 0
    assert body["metrics"]["cache_status"] in {"hit", "miss", "none"}
    for source in body["sources"]:
        assert {"chunk_id", "title", "content", "url", "position", "relevance_score"} <= set(source)


@pytest.mark.parametrize("message", ["How do I get an API key?", "How do refunds work?", "Hello!"])
async def test_each_retrieval_log_has_its_documented_shape(client: Client, message: str) -> None:
    logs = (await client.chat(await client.session(), message)).json()["logs"]
    assert logs[0]["type"] == "routing"
    for log in logs:
        assert {"id", "type", "title", "data", "timestamp", "status"} <= set(log)
        assert set(log) <= {"id", "type", "title", "data", "timestamp", "status", "chunks"}
        UUID(log["id"])
        assert log["type"] in LOGS
        assert log["status"] in STATUSES
        assert is_date_time(log["timestamp"])
        for chunk in log.get("chunks", []):
            assert set(chunk) == {"id", "content", "similarity", "source", "metadata"}
            assert 0.0 <= chunk["similarity"] <= 1.0
    data = {log["type"]: log["data"] for log in logs}
    assert {"intent", "confidence", "target_agent", "reasoning"} <= set(data["routing"])
    assert data["routing"]["target_agent"] in AGENTS
    if "vector_search" in data:
        assert set(data["vector_search"]) == {"collection", "query", "chunks_retrieved", "latency"}
        assert set(data["documents"]) - {"reasoning"} == {"verdict", "sources"}  # a model may have been asked, too
    if "cache" in data:
        assert data["cache"]["status"] in {"hit", "miss"}
        assert {"status", "hit_rate", "size"} <= set(data["cache"])


async def test_a_request_id_is_given_back_and_one_is_made_where_none_came(client: Client) -> None:
    mine = f"test-{uuid4()}"
    assert (await client.get("/api/health", headers={"X-Request-ID": mine})).headers["x-request-id"] == mine
    made = [(await client.get("/api/health")).headers["x-request-id"] for _ in range(2)]
    assert made[0] != made[1]
    response = await client.post("/api/chat", json={}, headers={"X-Request-ID": mine})
    assert assert_error(response, 400)["requestId"] == mine


async def test_a_request_id_that_cannot_be_echoed_safely_is_replaced(client: Client) -> None:
    for bad in ("x" * 129, "a b", ""):
        given = (await client.get("/api/health", headers={"X-Request-ID": bad})).headers["x-request-id"]
        assert re.fullmatch("[0-9a-f]{32}", given)


async def test_unknown_paths_and_methods_get_the_contracts_error(client: Client) -> None:
    assert_error(await client.get("/api/nothing"), 404, "not_found")
    assert_error(await client.get("/api/chat"), 405, "method_not_allowed")
    assert_error(await client.request("PUT", "/api/session"), 405, "method_not_allowed")


async def test_a_session_shows_its_turns_and_where_its_log_ends(client: Client) -> None:
    session_id = await client.session()
    empty = (await client.get(f"/api/session/{session_id}")).json()
    assert empty["turns"] == []
    assert empty["queued"] == 0
    assert empty["cursor"] == "0-0"
    assert "active_run" not in empty
    answer = (await client.chat(session_id)).json()
    shown = (await client.get(f"/api/session/{session_id}")).json()
    assert [turn["run_id"] for turn in shown["turns"]] == [answer["run_id"]]
    assert shown["turns"][0]["answer"] == answer["message"]
    assert shown["turns"][0]["status"] == "completed"
    assert shown["cursor"] == (await client.kept(session_id))[-1].id


async def test_what_operators_expect_is_there(client: Client) -> None:
    assert (await client.get("/live")).json() == {"status": "live"}
    assert (await client.get("/ready")).json() == {"status": "ready"}
    schemas = await client.get("/schemas/events.json")
    assert schemas.json()["title"] == "OrchestratAI events"
    assert {"TokenEvent", "Hello", "Snapshot"} <= set(schemas.json()["$defs"])
    assert (await client.get("/")).headers["location"] == "/demo/"
    page = await client.get("/demo/")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
