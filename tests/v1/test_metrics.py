"""What is counted and traced: parsed as Prometheus would, and read from an exporter in memory."""

import asyncio
from typing import Any

import httpx
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families

from server.traces import trace_id_of
from tests.e2e.clients import Client
from tests.e2e.targets import Embedded, Model, come_true
from tests.redis_server import redis_server
from tests.v1.conftest import Serve

QUESTION = "How do I get an API key?"


async def scraped(server: Embedded) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample by name and labels; each family has a help text and a type."""
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        response = await client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    samples = {}
    for family in text_string_to_metric_families(response.text):
        assert family.documentation
        assert family.type in ("counter", "gauge", "histogram"), family
        assert family.name.startswith(("orchestratai_", "process_"))
        for sample in family.samples:
            key = sample.name, tuple(sorted(sample.labels.items()))
            assert key not in samples, key
            samples[key] = sample.value
    return samples


async def test_metrics_tell_of_runs_tokens_and_failures_while_they_are_scraped(serve: Serve, model: Model) -> None:
    server = serve()
    async with Client([server.url]) as client:

        async def scrape() -> None:
            for _ in range(20):
                await scraped(server)

        scraping = asyncio.ensure_future(scrape())
        sessions = [await client.session() for _ in range(4)]
        await asyncio.gather(*(client.chat(session_id) for session_id in sessions))
        model.next("400")
        await client.chat(await client.session())
        await client.chat(await client.session(), "How do refunds work?")
        await client.post("/api/v1/agent/run", json={"instructions": "Do it.", "model": "tools-three"})
        await scraping
        async with client.events(sessions[0]), client.socket() as socket:
            await socket.follow(sessions[1])
            found = await scraped(server)
    assert found["orchestratai_runs_total", (("kind", "chat"), ("outcome", "completed"))] == 5
    assert found["orchestratai_runs_total", (("kind", "chat"), ("outcome", "failed"))] == 1
    assert found["orchestratai_runs_total", (("kind", "agent_run"), ("outcome", "completed"))] == 1
    assert found["orchestratai_model_errors_total", (("code", "model_rejected"),)] == 1
    assert found["orchestratai_tool_calls_total", (("outcome", "ok"), ("tool", "calculate"))] == 1
    assert found["orchestratai_cache_lookups_total", (("result", "miss"),)] == 1
    assert found["orchestratai_tokens_total", (("kind", "chat"),)] > 0
    assert found["orchestratai_first_token_seconds_count", (("kind", "chat"),)] == 5
    assert found["orchestratai_run_seconds_count", (("kind", "chat"),)] == 6
    assert found["orchestratai_retrieval_seconds_count", ()] >= 6
    assert found["orchestratai_readers", ()] == 2
    assert found["orchestratai_sockets", ()] == 1
    assert found["orchestratai_sessions_active", ()] == 7
    assert found["orchestratai_runs_active", ()] == 0
    assert found["orchestratai_runs_unfinished", ()] == 0
    assert found["orchestratai_ready", ()] == 1
    assert 0 <= found["orchestratai_fanout_lag_seconds", ()] < 5


def tree(spans: Any) -> str:
    """The spans of a trace, as a person reads them."""
    lines = []
    for span in sorted(spans, key=lambda each: (each.parent is not None, each.start_time)):
        took = (span.end_time - span.start_time) / 1e6
        lines.append(f"{'  ' if span.parent else ''}{span.name}  {took:.1f} ms  {dict(span.attributes)}")
    return "\n".join(lines)


async def test_a_run_is_one_trace_with_its_tools_and_its_model(serve: Serve) -> None:
    exporter = InMemorySpanExporter()
    server = serve(opened={"traces": exporter})
    async with Client([server.url]) as client:
        body = {"instructions": "Do it.", "model": "tools-three"}
        run_id = (await client.post("/api/v1/agent/run", json=body)).json()["run_id"]
        answered = (await client.chat(await client.session())).json()["run_id"]
        failing = (await client.post("/api/v1/agent/run", json=body | {"model": "404"})).json()["run_id"]
    server.stop()
    spans = exporter.get_finished_spans()
    traces: dict[int, list[Any]] = {}
    for span in spans:
        traces.setdefault(span.context.trace_id, []).append(span)
    assert set(traces) == {trace_id_of(each) for each in (run_id, answered, failing)}
    print("\n" + "\n".join(tree(each) for each in traces.values()))
    names = [span.name for span in traces[trace_id_of(run_id)]]
    assert sorted(names) == [
        "chat tools-three",
        "execute_tool calculate",
        "execute_tool current_time",
        "execute_tool search_knowledge",
        "invoke_agent orchestratai",
    ]
    root = next(span for span in traces[trace_id_of(run_id)] if span.parent is None)
    assert root.attributes["gen_ai.operation.name"] == "invoke_agent"
    assert root.attributes["orchestratai.run.id"] == run_id
    assert all(
        span.parent is None or span.parent.span_id == root.context.span_id for span in traces[trace_id_of(run_id)]
    )
    chat = {span.name: span for span in traces[trace_id_of(answered)]}
    assert {"invoke_agent orchestratai", "retrieval documents", "chat quote"} == set(chat)
    assert chat["chat quote"].attributes["gen_ai.request.model"] == "quote"
    (failed,) = traces[trace_id_of(failing)]
    assert failed.attributes["error.type"] == "model_rejected"


async def test_a_run_that_another_instance_takes_over_stays_one_trace(serve: Serve, model: Model) -> None:
    exporters = InMemorySpanExporter(), InMemorySpanExporter()
    with redis_server() as redis:
        given: dict[str, Any] = {
            "redis_url": redis.url,
            "drain_timeout": 0.1,
        }
        one, other = (serve(opened={"traces": exporter}, **given) for exporter in exporters)
        model.next("paced?rate=20&tokens=10&until=told")
        async with Client([one.url]) as client:
            session_id = await client.session()
            run_id = await client.start(session_id)
            async with client.events(session_id, run=run_id) as stream:
                await stream.until("token")
        first, second = (one, other) if one.house.runs.active else (other, one)
        await asyncio.to_thread(first.stop)
        await come_true(lambda: second.house.runs.active == 1, otherwise="nobody took the run over")
        async with Client([second.url]) as client, client.events(session_id, run=run_id) as stream:
            await stream.until("run.completed")
        second.stop()
    spans = [*exporters[0].get_finished_spans(), *exporters[1].get_finished_spans()]
    attempts = [span for span in spans if span.name == "invoke_agent orchestratai"]
    assert {span.context.trace_id for span in attempts} == {trace_id_of(run_id)}
    assert sorted(span.attributes["orchestratai.run.attempt"] for span in attempts) == [1, 2]


def test_what_is_optional_is_not_imported_unless_it_is_configured() -> None:
    import subprocess
    import sys

    names = ("opentelemetry", "cohere", "openai", "qdrant_client")
    code = f"import sys, server.app; sys.exit(any(each.startswith({names!r}) for each in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
