"""The four retrieval logs as facts, with their ids, titles and times."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from agents.evidence import Evidence
from agents.knowledge.retrieval import Retrieved
from agents.routing.router import Route
from streaming.events import (
    Cache,
    CacheData,
    Documents,
    DocumentsData,
    LogStatus,
    Routing,
    VectorSearch,
    VectorSearchData,
)


def now() -> str:
    """The time as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_id() -> str:
    """A random id."""
    return str(uuid4())


class Logs:
    """Makes retrieval logs; clock and ids are arguments."""

    def __init__(self, clock: Callable[[], str] = now, ids: Callable[[], str] = new_id) -> None:
        self._clock = clock
        self._ids = ids

    def routing(self, route: Route) -> Routing:
        """Who will answer."""
        title = f"Routed to {route.agent}" if route.label != "none" else "Off topic: the orchestrator answers"
        status: LogStatus = "warning" if route.doubtful else "success"
        return Routing(id=self._ids(), title=title, timestamp=self._clock(), status=status, data=route.data)

    def cache(self, data: CacheData) -> Cache:
        """Whether an earlier answer serves."""
        title = "An earlier answer serves" if data.status == "hit" else "No earlier answer serves"
        return Cache(id=self._ids(), title=title, timestamp=self._clock(), data=data)

    def vector_search(self, found: Retrieved) -> VectorSearch:
        """What was found."""
        sources = found.sources
        count = len(sources)
        order = f", reranked by {found.reranker}" if found.reranker else ""
        return VectorSearch(
            id=self._ids(),
            title=f"Found {count} passage{'' if count == 1 else 's'}{order}",
            timestamp=self._clock(),
            status="success" if count and not found.warning else "warning",
            data=VectorSearchData(
                collection=found.collection,
                query=found.query,
                chunks_retrieved=count,
                latency=round(found.latency, 3),
                reranker=found.reranker,
                warning=found.warning,
            ),
            chunks=tuple(passage.as_chunk() for passage in sources),
        )

    def documents(self, evidence: Evidence, found: Retrieved) -> Documents:
        """Whether it suffices."""
        status: LogStatus = "success" if evidence.verdict == "answerable" and not evidence.warning else "warning"
        return Documents(
            id=self._ids(),
            title=_VERDICTS[evidence.verdict],
            timestamp=self._clock(),
            status=status,
            data=DocumentsData(
                verdict=evidence.verdict,
                sources=tuple(dict.fromkeys(passage.url for passage in found.passages)),
                reasoning=evidence.reasoning,
                warning=evidence.warning,
            ),
        )


_VERDICTS = {
    "answerable": "The documents answer the question",
    "partial": "The documents answer part of the question",
    "underspecified": "The question leaves open what is meant",
    "unanswerable": "The documents do not answer the question",
}
