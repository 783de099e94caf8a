"""The vocabulary: every fact that can happen in a session, as a frozen value that says what happened."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

AgentId = Literal["orchestrator", "billing", "technical", "policy"]
RunKind = Literal["chat", "ask", "agent_run"]
LogStatus = Literal["success", "warning", "error"]
CacheStatus = Literal["hit", "miss", "none"]
Verdict = Literal["answerable", "partial", "underspecified", "unanswerable"]
Unit = Annotated[float, Field(ge=0.0, le=1.0)]


class Model(BaseModel):
    """A frozen value with no room for unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# ── What a run says of itself ────────────────────────────────────────────────────────────────────────────────────


class RunStarted(Model):
    """A run was accepted; always the first event of its first attempt."""

    kind: RunKind
    message: str
    agent: AgentId | None = None


class AgentStatus(Model):
    """What one of the four agents is doing now."""

    agent: AgentId
    status: Literal["idle", "routing", "active", "complete"]


class Token(Model):
    """A piece of the answer; `offset` is the number of characters before it in this attempt's answer."""

    text: str
    offset: int = Field(ge=0)


class Citation(Model):
    """Marker `[n]` was released into the answer: what it points to. `relevance_score` is 0..1."""

    marker: int = Field(ge=1)
    chunk_id: str
    url: str
    position: int = Field(ge=0)
    relevance_score: Unit


class ToolCall(Model):
    """An agent called a tool."""

    tool_name: str
    input: dict[str, Any]


class ToolResult(Model):
    """A tool answered, or failed with an `error` in its output."""

    tool_name: str
    output: dict[str, Any]
    duration_ms: float = Field(ge=0)


class RunRestarted(Model):
    """A new attempt begins: readers drop the partial answer and its logs."""

    attempt: int = Field(ge=2)
    reason: str


class Source(Model):
    """A chunk that the answer rests on; `position` is its place in the document, counted from 0."""

    marker: int | None = None
    chunk_id: str
    title: str
    content: str
    url: str
    position: int = Field(ge=0)
    relevance_score: Unit


class Metrics(Model):
    """What a run cost: `cost` in USD, `latency` in milliseconds. The contract spells `tokensUsed` so.

    `citations_dropped` are markers of the model that were not shown, because no source of theirs supports the sentence.
    """

    tokensUsed: int = Field(ge=0)  # noqa: N815 - the wire name of the given contract
    cost: float = Field(ge=0)
    latency: float = Field(ge=0)
    cache_status: CacheStatus = "none"
    citations_dropped: int | None = Field(default=None, ge=1)


class RunCompleted(Model):
    """The run ended well; `message` equals the tokens of the last attempt, joined."""

    message: str
    agent: AgentId
    confidence: Unit
    sources: tuple[Source, ...] = ()
    metrics: Metrics


class RunFailed(Model):
    """The run ended in an error; `retryable` says whether asking again may help."""

    code: str
    message: str
    retryable: bool


class RunCancelled(Model):
    """The run was stopped; `by` says on whose behalf."""

    by: str


# ── What retrieval says: the contract's RetrievalLog in four shapes ─────────────────────────────────────────────


class Chunk(Model):
    """A retrieved passage as shown in a log; `similarity` is 0..1."""

    id: str
    content: str
    similarity: Unit
    source: str
    metadata: dict[str, Any] = Field(default_factory=dict)


class RunnerUp(Model):
    """The agent that came second."""

    target_agent: AgentId
    confidence: Unit


class RoutingData(Model):
    """Who will answer, how sure the router is, and why; `margin` is how far the runner-up is behind."""

    intent: str
    confidence: Unit
    target_agent: AgentId
    reasoning: str
    runner_up: RunnerUp | None = None
    margin: Unit | None = None


class VectorSearchData(Model):
    """What was looked up; `latency` in milliseconds.

    `reranker` is the model that ordered the chunks, if one did; `warning` says what went less well than it could.
    """

    collection: str
    query: str
    chunks_retrieved: int = Field(ge=0)
    latency: float = Field(ge=0)
    reranker: str | None = None
    warning: str | None = None


class CacheData(Model):
    """Whether an earlier answer serves; `similarity` of the nearest question and `hit_rate` are 0..1."""

    status: Literal["hit", "miss"]
    kind: Literal["exact", "semantic"] | None = None
    similarity: Unit | None = None
    hit_rate: Unit
    size: int = Field(ge=0)


class DocumentsData(Model):
    """Whether the evidence suffices, decided before the first token, and the pages it rests on.

    `reasoning` is there where a model was asked, too: what it said; `warning` says why it was asked in vain.
    """

    verdict: Verdict
    sources: tuple[str, ...] = ()
    reasoning: str | None = None
    warning: str | None = None


class Log(Model):
    """What the four retrieval logs share: the contract's RetrievalLog."""

    id: str
    title: str
    timestamp: str
    status: LogStatus = "success"
    chunks: tuple[Chunk, ...] | None = None


class Routing(Log):
    type: Literal["routing"] = "routing"
    data: RoutingData


class VectorSearch(Log):
    type: Literal["vector_search"] = "vector_search"
    data: VectorSearchData


class Cache(Log):
    type: Literal["cache"] = "cache"
    data: CacheData


class Documents(Log):
    type: Literal["documents"] = "documents"
    data: DocumentsData


RetrievalLog = Annotated[Routing | VectorSearch | Cache | Documents, Field(discriminator="type")]

Ending = RunCompleted | RunFailed | RunCancelled
Fact = (
    RunStarted
    | AgentStatus
    | Routing
    | VectorSearch
    | Cache
    | Documents
    | ToolCall
    | ToolResult
    | Token
    | Citation
    | RunRestarted
    | Ending
)
Output = Fact | str
"""What an agent yields: facts, and its answer piece by piece as plain strings, which the writer makes tokens of."""

TYPES: dict[type[Model], str] = {
    RunStarted: "run.started",
    AgentStatus: "agent.status",
    Routing: "routing",
    VectorSearch: "vector_search",
    Cache: "cache",
    Documents: "documents",
    ToolCall: "tool.call",
    ToolResult: "tool.result",
    Token: "token",
    Citation: "citation",
    RunRestarted: "run.restarted",
    RunCompleted: "run.completed",
    RunFailed: "run.failed",
    RunCancelled: "run.cancelled",
}
"""The wire name of each fact."""

ENDINGS = frozenset({"run.completed", "run.failed", "run.cancelled"})
"""Each run ends with exactly one of these."""
