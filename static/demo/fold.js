/**
 * What a session's events amount to: the state a reader builds up, event by event. Pure; the twin of streaming/fold.py,
 * held equal by tests/golden/.
 *
 * @typedef {{last_id: string, runs: Run[]}} State  runs in the order of their start
 * @typedef {{run_id: string, status: "running"|"completed"|"failed"|"cancelled", kind: string, question: string,
 *   attempt: number, text: string, agents: Record<string, string>, logs: any[], citations: any[], tool_calls: any[],
 *   started_at?: string, agent?: string, confidence?: number, sources?: any[], metrics?: any, error?: any,
 *   cancelled_by?: string}} Run
 */

const LOGS = new Set(["routing", "vector_search", "cache", "documents"]);

/** A session without events. @returns {State} */
export function empty() {
  return { last_id: "0-0", runs: [] };
}

/** A run of which nothing is known yet. @param {string} run_id @returns {Run} */
export function newRun(run_id) {
  return {
    run_id,
    status: "running",
    kind: "chat",
    question: "",
    attempt: 1,
    text: "",
    agents: {},
    logs: [],
    citations: [],
    tool_calls: [],
  };
}

/** The state after the events. @param {Iterable<any>} events @param {State} [state] @returns {State} */
export function fold(events, state = empty()) {
  for (const event of events) apply(state, event);
  return state;
}

/**
 * Change the state by one event. An event that is not newer than the state's last is passed over.
 * @param {State} state @param {any} event @returns {Run | null} the run that changed
 */
export function apply(state, event) {
  if (!newer(event.id, state.last_id)) return null;
  state.last_id = event.id;
  let run = state.runs.findLast((each) => each.run_id === event.run_id);
  if (!run) {
    run = newRun(event.run_id);
    state.runs.push(run);
  }
  change(run, event.type, event.data, event.timestamp);
  return run;
}

/** Whether id `a` stands after id `b`. @param {string} a @param {string} b */
export function newer(a, b) {
  const [ag, as] = key(a);
  const [bg, bs] = key(b);
  return ag > bg || (ag === bg && as > bs);
}

/** @param {Run} run @param {string} type @param {any} data @param {string} timestamp */
function change(run, type, data, timestamp) {
  if (type === "token") run.text += data.text;
  else if (LOGS.has(type)) run.logs.push(data);
  else if (type === "citation") run.citations.push(data);
  else if (type === "agent.status") run.agents[data.agent] = data.status;
  else if (type === "run.started") {
    Object.assign(run, { kind: data.kind, question: data.message, started_at: timestamp });
  } else if (type === "run.restarted") {
    Object.assign(run, { attempt: data.attempt, text: "", agents: {}, logs: [], citations: [], tool_calls: [] });
  } else if (type === "tool.call") run.tool_calls.push({ tool_name: data.tool_name, input: data.input });
  else if (type === "tool.result") answerTool(run.tool_calls, data);
  else if (type === "run.completed") {
    const { message: text, agent, confidence, sources = [], metrics } = data;
    Object.assign(run, { status: "completed", text, agent, confidence, sources: [...sources], metrics });
  } else if (type === "run.failed") Object.assign(run, { status: "failed", error: { ...data } });
  else if (type === "run.cancelled") Object.assign(run, { status: "cancelled", cancelled_by: data.by });
}

/** @param {any[]} calls @param {any} data */
function answerTool(calls, data) {
  const call = calls.find((each) => each.tool_name === data.tool_name && !("output" in each));
  if (call) Object.assign(call, { output: data.output, duration_ms: data.duration_ms });
}

/** @param {string} id @returns {[number, number]} */
function key(id) {
  const dash = id.indexOf("-");
  return [Number(id.slice(0, dash)), Number(id.slice(dash + 1))];
}
