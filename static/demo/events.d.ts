// The events' types, made from the schemas at /schemas/events.json by `python -m tests.page.types`.

/** What one of the four agents is doing now. */
export interface AgentStatus {
  agent: "orchestrator" | "billing" | "technical" | "policy";
  status: "idle" | "routing" | "active" | "complete";
}

export interface AgentStatusEvent {
  id: string;
  session_id: string;
  run_id: string;
  timestamp: string;
  type: "agent.status";
  data: AgentStatus;
}

export interface Cache {
  id: string;
  title: string;
  timestamp: string;
  status?: "success" | "warning" | "error";
  chunks?: Array<Chunk>;
  type: "cache";
  data: CacheData;
}

/** Whether an earlier answer serves; `similarity` of the nearest question and `hit_rate` are 0..1. */
export interface CacheData {
  status: "hit" | "miss";
  kind?: "exact" | "semantic";
  similarity?: number;
  hit_rate: number;
  size: number;
}

export interface CacheEvent {
  id: string;
  session_id: string;
  run_id: string;
  timestamp: string;
  type: "cache";
  data: Cache;
}

/** A retrieved passage as shown in a log; `similarity` is 0..1. */
export interface Chunk {
  id: string;
  content: string;
  similarity: number;
  source: string;
  metadata?: Record<string, any>;
}

/** Marker `[n]` was released into the answer: what it points to. `relevance_score` is 0..1. */
export interface Citation {
  marker: number;
  chunk_id: string;
  url: string;
  position: number;
  relevance_score: number;
}

export interface CitationEvent {
  id: string;
  session_id: string;
  run_id: string;
  timestamp: string;
  type: "citation";
  data: Citation;
}

export interface Documents {
  id: string;
  title: string;
  timestamp: string;
  status?: "success" | "warning" | "error";
  chunks?: Array<Chunk>;
  type: "documents";
  data: DocumentsData;
}

/** Whether the evidence suffices, decided before the first token, and the pages it rests on. */
export interface DocumentsData {
  verdict: "answerable" | "partial" | "underspecified" | "unanswerable";
  sources?: Array<string>;
  reasoning?: string;
  warning?: string;
}

export interface DocumentsEvent {
  id: string;
  session_id: string;
  run_id: string;
  timestamp: string;
  type: "documents";
  data: Documents;
}

/** What a run cost: `cost` in USD, `latency` in milliseconds. The contract spells `tokensUsed` so. */
export interface Metrics {
  tokensUsed: number;
  cost: number;
  latency: number;
  cache_status?: "hit" | "miss" | "none";
  citations_dropped?: number;
}

export interface Routing {
  id: string;
  title: string;
  timestamp: string;
  status?: "success" | "warning" | "error";
  chunks?: Array<Chunk>;
  type: "routing";
  data: RoutingData;
}

/** Who will answer, how sure the router is, and why; `margin` is how far the runner-up is behind. */
export interface RoutingData {
  intent: string;
  confidence: number;
  target_agent: "orchestrator" | "billing" | "technical" | "policy";
  reasoning: string;
  runner_up?: RunnerUp;
  margin?: number;
}

export interface RoutingEvent {
  id: string;
  session_id: string;
  run_id: string;
  timestamp: string;
  type: "routing";
  data: Routing;
}

/** The run was stopped; `by` says on whose behalf. */
export interface RunCancelled {
  by: string;
}

export interface RunCancelledEvent {
  id: string;
  session_id: string;
  run_id: string;
  timestamp: string;
  type: "run.cancelled";
  data: RunCancelled;
}

/** The run ended well; `message` equals the tokens of the last attempt, joined. */
export interface RunCompleted {
  message: string;
  agent: "orchestrator" | "billing" | "technical" | "policy";
  confidence: number;
  sources?: Array<Source>;
  metrics: Metrics;
}

export interface RunCompletedEvent {
  id: string;
  session_id: string;
  run_id: string;
  timestamp: string;
  type: "run.completed";
  data: RunCompleted;
}

/** The run ended in an error; `retryable` says whether asking again may help. */
export interface RunFailed {
  code: string;
  message: string;
  retryable: boolean;
}

export interface RunFailedEvent {
  id: string;
  session_id: string;
  run_id: string;
  timestamp: string;
  type: "run.failed";
  data: RunFailed;
}

/** A new attempt begins: readers drop the partial answer and its logs. */
export interface RunRestarted {
  attempt: number;
  reason: string;
}

export interface RunRestartedEvent {
  id: string;
  session_id: string;
  run_id: string;
  timestamp: string;
  type: "run.restarted";
  data: RunRestarted;
}

/** A run was accepted; always the first event of its first attempt. */
export interface RunStarted {
  kind: "chat" | "ask" | "agent_run";
  message: string;
  agent?: "orchestrator" | "billing" | "technical" | "policy";
}

export interface RunStartedEvent {
  id: string;
  session_id: string;
  run_id: string;
  timestamp: string;
  type: "run.started";
  data: RunStarted;
}

/** The agent that came second. */
export interface RunnerUp {
  target_agent: "orchestrator" | "billing" | "technical" | "policy";
  confidence: number;
}

/** A chunk that the answer rests on; `position` is its place in the document, counted from 0. */
export interface Source {
  marker?: number;
  chunk_id: string;
  title: string;
  content: string;
  url: string;
  position: number;
  relevance_score: number;
}

/** A piece of the answer; `offset` is the number of characters before it in this attempt's answer. */
export interface Token {
  text: string;
  offset: number;
}

export interface TokenEvent {
  id: string;
  session_id: string;
  run_id: string;
  timestamp: string;
  type: "token";
  data: Token;
}

/** An agent called a tool. */
export interface ToolCall {
  tool_name: string;
  input: Record<string, any>;
}

export interface ToolCallEvent {
  id: string;
  session_id: string;
  run_id: string;
  timestamp: string;
  type: "tool.call";
  data: ToolCall;
}

/** A tool answered, or failed with an `error` in its output. */
export interface ToolResult {
  tool_name: string;
  output: Record<string, any>;
  duration_ms: number;
}

export interface ToolResultEvent {
  id: string;
  session_id: string;
  run_id: string;
  timestamp: string;
  type: "tool.result";
  data: ToolResult;
}

export interface VectorSearch {
  id: string;
  title: string;
  timestamp: string;
  status?: "success" | "warning" | "error";
  chunks?: Array<Chunk>;
  type: "vector_search";
  data: VectorSearchData;
}

/** What was looked up; `latency` in milliseconds. */
export interface VectorSearchData {
  collection: string;
  query: string;
  chunks_retrieved: number;
  latency: number;
  reranker?: string;
  warning?: string;
}

export interface VectorSearchEvent {
  id: string;
  session_id: string;
  run_id: string;
  timestamp: string;
  type: "vector_search";
  data: VectorSearch;
}

export type AnyEvent = RunStartedEvent | AgentStatusEvent | RoutingEvent | VectorSearchEvent | CacheEvent | DocumentsEvent | ToolCallEvent | ToolResultEvent | TokenEvent | CitationEvent | RunRestartedEvent | RunCompletedEvent | RunFailedEvent | RunCancelledEvent;
