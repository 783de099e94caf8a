"""OpenTelemetry traces, where they are configured: one trace a run, whichever instances worked on it.

The names follow the semantic conventions for generative AI. A trace's id is made from its run's, so that a second
attempt on another instance joins the first one's trace. Spans are made from a run's facts, never from its tokens.
"""

import hashlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context

from agents.errors import AgentError
from streaming.events import Cache, Routing, RunCompleted, ToolResult, VectorSearch
from streaming.log import Run


class _Ids(RandomIdGenerator):
    """Random ids, but for a trace whose id is given beforehand."""

    trace_id = 0

    def generate_trace_id(self) -> int:
        return self.trace_id or super().generate_trace_id()


def trace_id_of(run_id: str) -> int:
    """The id of a run's trace."""
    return int.from_bytes(hashlib.sha256(b"orchestratai trace\0" + run_id.encode()).digest()[:16])


class Traces:
    """Traces attempts at runs. `model` is the model that writes the answers, None where they are quoted."""

    def __init__(self, tracer: Tracer, ids: _Ids, model: str | None) -> None:
        self._tracer = tracer
        self._ids = ids
        self.model = model

    def watch(self, run: Run) -> "RunTrace":
        """Traces one attempt: a Watcher."""
        self._ids.trace_id = trace_id_of(run.run_id)
        try:
            span = self._tracer.start_span(
                "invoke_agent orchestratai",
                Context(),
                SpanKind.SERVER,
                {
                    "gen_ai.operation.name": "invoke_agent",
                    "gen_ai.agent.name": "orchestratai",
                    "gen_ai.conversation.id": run.session_id,
                    "orchestratai.run.id": run.run_id,
                    "orchestratai.run.kind": run.request.kind,
                    "orchestratai.run.attempt": run.attempt,
                },
            )
        finally:
            self._ids.trace_id = 0
        model = run.request.options.get("model") or self.model
        return RunTrace(self._tracer, span, model if isinstance(model, str) else None)


class RunTrace:
    """The spans of one attempt."""

    def __init__(self, tracer: Tracer, span: Span, model: str | None) -> None:
        self._tracer = tracer
        self._span = span
        self._context = set_span_in_context(span)
        self._model = model
        self._writing_since = time.time_ns()
        self._began = False

    def first_token(self) -> None:
        self._began = True
        self._span.add_event("gen_ai.first_token")

    def fact(self, fact: object) -> None:
        match fact:
            case Routing():
                self._span.set_attribute("orchestratai.agent", fact.data.target_agent)
                self._span.set_attribute("orchestratai.routing.confidence", fact.data.confidence)
            case Cache():
                self._span.add_event("cache", {"orchestratai.cache.status": fact.data.status})
            case VectorSearch():
                attributes: dict[str, str | int] = {
                    "gen_ai.operation.name": "retrieval",
                    "gen_ai.data_source.id": fact.data.collection,
                    "orchestratai.retrieval.chunks": fact.data.chunks_retrieved,
                }
                self._past(f"retrieval {fact.data.collection}", fact.data.latency, attributes)
            case ToolResult():
                failed = "error" in fact.output
                told = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": fact.tool_name}
                self._past(f"execute_tool {fact.tool_name}", fact.duration_ms, told, failed=failed)
            case RunCompleted():
                if self._model is not None and fact.metrics.tokensUsed:
                    self._chat(fact)
            case _:
                pass
        if not self._began:
            self._writing_since = time.time_ns()

    def end(self, error: BaseException | None) -> None:
        if isinstance(error, Exception):
            code = error.code if isinstance(error, AgentError) else type(error).__name__
            self._span.set_attribute("error.type", code)
            self._span.set_status(StatusCode.ERROR, code)
        self._span.end()

    def _chat(self, completed: RunCompleted) -> None:
        attributes: dict[str, str | int | float] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": str(self._model),
            "orchestratai.usage.total_tokens": completed.metrics.tokensUsed,
            "orchestratai.usage.cost": completed.metrics.cost,
        }
        span = self._tracer.start_span(
            f"chat {self._model}", self._context, SpanKind.CLIENT, attributes, start_time=self._writing_since
        )
        span.end()

    def _past(
        self,
        name: str,
        milliseconds: float,
        attributes: "dict[str, str] | dict[str, str | int]",
        *,
        failed: bool = False,
    ) -> None:
        """A span that ends now and began so long ago."""
        now = time.time_ns()
        span = self._tracer.start_span(
            name, self._context, attributes=dict(attributes), start_time=now - int(milliseconds * 1e6)
        )
        if failed:
            span.set_status(StatusCode.ERROR)
        span.end(now)


@asynccontextmanager
async def open_traces(endpoint: str | SpanExporter, *, model: str | None, version: str) -> AsyncIterator[Traces]:
    """Traces sent to an OTLP endpoint (http://host:4318), or to an exporter; what waits is sent at the end."""
    if isinstance(endpoint, str):
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        exporter: SpanExporter = OTLPSpanExporter(endpoint.rstrip("/") + "/v1/traces")
    else:
        exporter = endpoint
    ids = _Ids()
    resource = Resource.create({"service.name": "orchestratai", "service.version": version})
    provider = TracerProvider(resource=resource, id_generator=ids, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    try:
        yield Traces(provider.get_tracer("orchestratai", version), ids, model)
    finally:
        provider.shutdown()
