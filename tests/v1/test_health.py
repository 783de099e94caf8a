"""Health with each service up, slow, down and refusing the key, and with nothing configured."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from server.probes import Finding, Probes, open_probes
from server.settings import Settings
from server.v1.services import overall
from tests.e2e.targets import Model
from tests.v1.conftest import Serve


@asynccontextmanager
async def service(status: int = 200, delay: float = 0.0) -> AsyncIterator[tuple[str, list[str]]]:
    """A server that answers everything so; its address, and the heads of the requests that came."""
    heads: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        await asyncio.sleep(delay)
        writer.write(b"HTTP/1.1 %d X\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}" % status)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heads


def settings(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)  # type: ignore[call-arg]


def of(name: str, url: str) -> Settings:
    """Settings in which that service is at the address."""
    match name:
        case "openai":
            return settings(openai_base_url=url, openai_api_key="a-key-of-mine")
        case "qdrant":
            return settings(qdrant_url=url, qdrant_api_key="a-key-of-mine")
        case _:
            return settings(cohere_base_url=url, cohere_api_key="a-key-of-mine")


SERVICES = ("openai", "qdrant", "cohere")


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize(
    ("status", "delay", "expected", "detail"),
    [
        (200, 0.0, "available", None),
        (200, 0.3, "available", None),
        (401, 0.0, "unavailable", "refuses the key (HTTP 401)"),
        (500, 0.0, "unavailable", "answers HTTP 500"),
    ],
    ids=["up", "slow", "401", "500"],
)
async def test_each_service_is_told_as_it_is(
    name: str, status: int, delay: float, expected: str, detail: str | None
) -> None:
    async with service(status, delay) as (url, heads), open_probes(of(name, url)) as probes:
        found = await probes.findings()
        assert found[name].status == expected
        assert found[name].detail == detail
        assert found[name].response_time_ms >= delay * 1000
        for other in SERVICES:
            assert other == name or found[other] == Finding("not_configured")
        assert "a-key-of-mine" in heads[0]
        assert heads[0].startswith("GET "), "nothing that could cost a token"
        await probes.findings()
        assert len(heads) == 1, "a recent finding is told again"


@pytest.mark.parametrize("name", SERVICES)
async def test_a_service_that_is_down_is_unavailable(name: str) -> None:
    async with service() as (url, _):
        pass
    async with open_probes(of(name, url)) as probes:
        found = (await probes.findings())[name]
    assert (found.status, found.detail) == ("unavailable", "cannot be reached")


async def test_a_service_that_never_answers_costs_no_more_than_the_limit() -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    probes = Probes({"openai": never, "qdrant": never, "cohere": None}, limit=0.1)
    found = await asyncio.wait_for(probes.findings(), 60)
    assert found["openai"].status == found["qdrant"].status == "unavailable"
    assert found["openai"].response_time_ms >= 100


@pytest.mark.parametrize(
    ("found", "store", "status"),
    [
        ({}, True, "healthy"),
        ({"openai": Finding("available", 5)}, True, "healthy"),
        ({"openai": Finding("available", 1500)}, True, "degraded"),
        ({"cohere": Finding("unavailable", 5)}, True, "degraded"),
        ({"openai": Finding("unavailable", 5)}, True, "unhealthy"),
        ({"qdrant": Finding("unavailable", 5)}, True, "unhealthy"),
        ({"cohere": Finding("not_configured")}, True, "healthy"),
        ({}, False, "unhealthy"),
    ],
)
def test_what_findings_mean_for_questions(found: dict[str, Finding], store: bool, status: str) -> None:
    assert overall(found, store=store) == status


async def test_health_over_http_counts_sessions_and_costs_no_tokens(serve: Serve, model: Model) -> None:
    server = serve()
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        before = len([request for request in model.requests if request.path != "/v1/models"])
        for number in range(3):
            await client.post("/api/session")
            body = (await client.get("/api/v1/health")).json()
            assert body["details"]["active_sessions"] == number + 1
        assert body["status"] in ("healthy", "degraded"), "the latter where the machine is slow"
        assert body["services"]["openai"]["status"] == "available"
        assert body["services"]["openai"]["response_time_ms"] > 0
        assert body["services"]["qdrant"] == {"status": "not_configured", "response_time_ms": 0.0}
        assert len([request for request in model.requests if request.path != "/v1/models"]) == before


def test_without_the_service_that_embeds_no_question_is_answered() -> None:
    found = {"cohere": Finding("unavailable", 5)}
    assert overall(found, store=True, needed=("cohere",)) == "unhealthy"
