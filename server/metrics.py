"""What is counted for Prometheus: once a run, a batch or a scrape, never once an event."""

import time
from collections.abc import Container, Iterator
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from agents.errors import AgentError
from streaming.events import Cache, Citation, RunCompleted, ToolResult, VectorSearch
from streaming.log import Run, StoreError

if TYPE_CHECKING:
    from server.house import House

disable_created_metrics()  # type: ignore[no-untyped-call]

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
RETRIEVAL = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class Metrics:
    """The counters of one process, in a registry of their own."""

    def __init__(self, tools: Container[str]) -> None:
        self._known = tools
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.runs = self._counter("runs", "Attempts at runs that ended here, by what became of them", "kind", "outcome")
        self.tokens = self._counter("tokens", "Tokens of prompts and completions", "kind")
        self.cost = self._counter("cost_dollars", "What the models cost, in US dollars", "kind")
        self.first_token = self._histogram("first_token_seconds", "From taking in a run to its first token", "kind")
        self.latency = self._histogram("run_seconds", "From taking in a run to its ending", "kind")
        self.waiting = self._histogram("run_wait_seconds", "From taking in a run to working on it", "kind")
        self.cache = self._counter("cache_lookups", "Lookups in the cache of answers", "result")
        self.citations = self._counter("citations", "Sources cited, and markers dropped for want of support", "outcome")
        self.retrieval = self._histogram("retrieval_seconds", "Searches in the index", buckets=RETRIEVAL)
        self.tools = self._counter("tool_calls", "Calls of tools", "tool", "outcome")
        self.model_errors = self._counter("model_errors", "Runs that failed by their agent, model or index", "code")
        self.store_errors = self._counter("store_errors", "Requests and runs that the store failed", "error")
        self.refused = self._counter("refused", "Requests that were refused", "code")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"orchestratai_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, *labels: str, buckets: tuple[float, ...] = SECONDS) -> Histogram:
        return Histogram(f"orchestratai_{name}", text, labels, buckets=buckets, registry=self.registry)

    def tool(self, name: str) -> str:
        """A tool's label: a model may call what there is not, under any name."""
        return name if name in self._known else "unknown"

    def watch(self, run: Run) -> "RunCount":
        """Counts one attempt at a run."""
        return RunCount(self, run)

    def show(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)


class RunCount:
    """One attempt: a Watcher."""

    def __init__(self, metrics: Metrics, run: Run) -> None:
        self._metrics = metrics
        self._kind = run.request.kind
        self._taken_in = run.created_at
        self._outcome = ""
        metrics.waiting.labels(self._kind).observe(self._elapsed())

    def first_token(self) -> None:
        self._metrics.first_token.labels(self._kind).observe(self._elapsed())

    def fact(self, fact: object) -> None:
        metrics = self._metrics
        match fact:
            case VectorSearch():
                metrics.retrieval.observe(fact.data.latency / 1000)
            case Cache():
                metrics.cache.labels(fact.data.status).inc()
            case ToolResult():
                metrics.tools.labels(metrics.tool(fact.tool_name), "failed" if "error" in fact.output else "ok").inc()
            case Citation():
                metrics.citations.labels("shown").inc()
            case RunCompleted():
                self._outcome = "completed"
                metrics.tokens.labels(self._kind).inc(fact.metrics.tokensUsed)
                metrics.cost.labels(self._kind).inc(fact.metrics.cost)
                metrics.citations.labels("dropped").inc(fact.metrics.citations_dropped or 0)
            case _:
                pass

    def end(self, error: BaseException | None) -> None:
        metrics = self._metrics
        if not self._outcome:
            self._outcome = "failed" if error is None or isinstance(error, Exception) else "stopped"
        if isinstance(error, AgentError):
            metrics.model_errors.labels(error.code).inc()
        elif isinstance(error, StoreError):
            metrics.store_errors.labels(type(error).__name__).inc()
        metrics.runs.labels(self._kind, self._outcome).inc()
        metrics.latency.labels(self._kind).observe(self._elapsed())

    def _elapsed(self) -> float:
        return max(time.time() - self._taken_in, 0.0)


class Now(Collector):
    """What stands now, looked at when Prometheus asks."""

    def __init__(self, house: "House") -> None:
        self._house = house
        self.active_sessions = 0
        self.unfinished = 0

    def collect(self) -> Iterator[GaugeMetricFamily]:
        house = self._house
        yield _gauge("runs_active", "Runs that this process works on", house.runs.active)
        yield _gauge("runs_unfinished", "Runs that wait or are worked on, in all instances", self.unfinished)
        yield _gauge("sessions_active", "Sessions used lately, in all instances", self.active_sessions)
        yield _gauge("readers", "Streams that this process serves", house.pulse.members)
        yield _gauge("sockets", "WebSockets that this process serves", len(house.guests))
        yield _gauge("channels", "Sessions that this process keeps in memory", len(house.fanout.channels))
        yield _gauge("fanout_lag_seconds", "From making an event to its readers, last sample", house.fanout.lag)
        yield _gauge("loop_lateness_seconds", "How late the event loop is, smoothed", house.load.lateness)
        yield _gauge("ready", "Whether this process takes new work", int(house.ready))


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"orchestratai_{name}", text, value=value)
