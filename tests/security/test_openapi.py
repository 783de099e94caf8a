"""The OpenAPI document against the server: schemathesis sends what it allows and what it forbids.

In passing some 300 cases; `SCHEMATHESIS_CASES=3000` sends about that many, each with all of schemathesis' checks.
"""

import json
import os
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from jsonschema_rs import validator_for
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from tests.e2e.targets import Embedded
from tests.security.conftest import ALICE, KEYS
from tests.v1.conftest import Serve

CASES = int(os.environ.get("SCHEMATHESIS_CASES", "300"))
CONFIG = SchemathesisConfig.from_dict(
    {"checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "422", "429"]}}}
)
"""As usual, but no 5xx, and 422: an Idempotency-Key may come twice, with two requests."""

STREAM = "/events"
"""Endless, unless it is one ended run's: so every other case follows such a run. The rest ask for unknown sessions."""


@pytest.fixture(scope="module", params=["without keys", "with keys"])
def target(serve: Serve, request: pytest.FixtureRequest) -> tuple[Embedded, dict[str, str]]:
    if request.param == "with keys":
        return serve(openai_base_url=None, api_keys=KEYS, rate_limit_per_key=0), ALICE
    return serve(openai_base_url=None), {}


def ended_run(server: Embedded, headers: dict[str, str]) -> tuple[str, str]:
    """A session's id and that of its run."""
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False, timeout=60) as client:
        session_id = client.post("/api/session").json()["session_id"]
        body = {"message": "How do refunds work?", "session_id": session_id}
        return session_id, client.post("/api/chat", json=body).json()["run_id"]


def test_schemathesis_finds_nothing(target: tuple[Embedded, dict[str, str]]) -> None:
    server, headers = target
    schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json", config=CONFIG)
    operations = [operation.ok() for operation in schema.get_all_operations()]
    each = max(CASES // 2 // len(operations) // 2, 2)
    sent, streamed, failures = 0, 0, []
    session_id, run_id = ended_run(server, headers)

    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            strategy = operation.as_strategy(generation_mode=mode)

            @given(case=strategy)
            @settings(
                max_examples=each,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            def exercise(case: Any) -> None:
                nonlocal sent, streamed
                sent += 1
                if case.meta.generation.mode is GenerationMode.POSITIVE and case.path.endswith(STREAM) and sent % 2:
                    case.path_parameters = {"session_id": session_id}
                    case.query = {**(case.query or {}), "run": run_id}
                    streamed += case.call_and_validate(headers=headers, timeout=60).status_code == 200
                else:
                    case.call_and_validate(headers=headers, timeout=60)

            try:
                exercise()
            except Unsatisfiable:
                assert mode is GenerationMode.NEGATIVE, "nothing to get wrong"
            except (Exception, BaseExceptionGroup) as error:
                parts = error.exceptions if isinstance(error, BaseExceptionGroup) else [error]
                told = "; ".join(f"{part} {getattr(part, 'case_id', '')}" for part in parts)
                failures.append(f"{operation.label} ({mode.name.lower()}): {told}\n{error}")
    assert not failures, "\n\n".join(failures)
    assert streamed, "no stream was read"
    print(f"\nschemathesis: {sent} cases, {len(operations)} operations, {'with' if headers else 'without'} keys")


async def test_the_documents_are_whole_and_alike(target: tuple[Embedded, dict[str, str]]) -> None:
    server, headers = target
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        document = (await client.get("/openapi.json")).json()
        asyncapi = (await client.get("/asyncapi.json")).json()
        page = await client.get("/docs")
    assert document["openapi"].startswith("3.1")
    assert bool(document["security"]) == bool(headers)
    assert asyncapi["asyncapi"].startswith("3.0")
    for text in (document, asyncapi):
        for found in references(text):
            part: Any = text
            for name in found.removeprefix("#/").split("/"):
                part = part[name.replace("~1", "/")]
            assert part
    served = {route.path for route in server.server.config.app.routes} - {"/", "/docs", "/demo", "/api/ws"}  # type: ignore[union-attr]
    assert served == set(document["paths"])
    assert ("This server asks for a key: " in page.text) == bool(headers)
    assert "/api/ws" in page.text
    events = page.text.partition('<h2 id="sessionEvents">')[2].partition("<h2")[0]
    assert all(f"<code>{name}</code>" in events for name in ("Last-Event-ID", "after", "run"))
    assert ("<code>ticket</code>" in events) == bool(headers)
    assert "script" not in page.headers["content-security-policy"]
    assert "<script" not in page.text
    assert "http://" not in page.text.replace(server.url, "")


def references(part: Any) -> set[str]:
    """Every `$ref` within."""
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*(references(each) for each in part.values()))
    return set().union(*(references(each) for each in part)) if isinstance(part, list) else set()


async def test_what_a_stream_sends_is_what_the_document_says(target: tuple[Embedded, dict[str, str]]) -> None:
    server, headers = target
    async with httpx.AsyncClient(base_url=server.url, headers=headers, trust_env=False) as client:
        components = (await client.get("/openapi.json")).json()["components"]
        check = validator_for({"$ref": "#/components/schemas/StreamFrame", "components": components})
        body = {"query": "How do refunds work?"}
        response = await client.post("/api/v1/ask", json=body, headers={"Accept": "text/event-stream"})
    frames = [json.loads(line[6:]) for line in response.text.splitlines() if line.startswith("data: ")]
    assert len(frames) > 10
    for frame in frames:
        check.validate(frame)


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_text_makes_a_ticket_or_a_cursor_crash(text: str) -> None:
    from server.errors import DoorError
    from server.opening import cursor_of
    from server.tickets import Tickets
    from streaming.event import MalformedId

    with pytest.raises(DoorError):
        Tickets(b"secret", 60, lambda: 0).open(text, "")
    with pytest.raises(MalformedId):
        cursor_of(f"x{text}")
