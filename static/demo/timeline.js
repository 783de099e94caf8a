/**
 * When a run's steps happened, in milliseconds since its question. Pure. By the server's clock alone, so that a browser
 * whose clock is wrong draws the same picture.
 *
 * @typedef {{started?: number, firstToken?: number, last?: number, ended?: number}} Times  Unix milliseconds
 * @typedef {{key: string, kind: string, label: string, from: number, to: number}} Span  milliseconds since the question
 */

const LABELS = { routing: "Routing", cache: "Cache", vector_search: "Search", documents: "Evidence" };
const ENDINGS = new Set(["run.completed", "run.failed", "run.cancelled"]);

/** Note what an event tells of its run's times. @param {Map<string, Times>} times @param {any} event */
export function note(times, event) {
  const now = Date.parse(event.timestamp);
  let run = times.get(event.run_id);
  if (!run) times.set(event.run_id, (run = {}));
  run.started ??= now;
  run.last = now;
  if (event.type === "token") run.firstToken ??= now;
  else if (event.type === "run.restarted") delete run.firstToken;
  else if (ENDINGS.has(event.type)) run.ended = now;
}

/** Milliseconds from the question to a log row. @param {any} run @param {any} log @returns {number} */
export function since(run, log) {
  return Math.max(0, Date.parse(log.timestamp) - Date.parse(run.started_at ?? log.timestamp));
}

/** The run as bars of a waterfall. @param {any} run @param {Times} [times] @returns {Span[]} */
export function spans(run, times = {}) {
  let before = 0;
  const bars = run.logs.slice(0, 12).map((log, index) => {
    const to = since(run, log);
    const from = log.type === "vector_search" ? Math.max(0, to - log.data.latency) : Math.min(before, to);
    before = to;
    return { key: `${log.type}-${index}`, kind: log.type, label: LABELS[log.type], from, to };
  });
  if (times.started !== undefined && times.firstToken !== undefined) {
    const from = times.firstToken - times.started;
    const to = (times.ended ?? times.last) - times.started;
    bars.push({ key: "waiting", kind: "waiting", label: "Waiting", from: Math.min(before, from), to: from });
    bars.push({ key: "answer", kind: "answer", label: "Answer", from, to });
  }
  return bars;
}

const SPLIT = 0.5;

/**
 * Where on the picture (0..1) a moment stands. Where an answer takes much longer than all that went before it, the time
 * to the first word gets the left half, so that its steps can be seen; `split` says where the scale changes.
 * @param {number} whole milliseconds @param {number} [firstToken] @returns {{at: (ms: number) => number, split?: number}}
 */
export function scale(whole, firstToken) {
  if (!firstToken || firstToken > whole * SPLIT) return { at: (ms) => ms / whole };
  const after = (ms) => SPLIT + ((ms - firstToken) / (whole - firstToken)) * (1 - SPLIT);
  return { at: (ms) => (ms <= firstToken ? (ms / firstToken) * SPLIT : after(ms)), split: SPLIT };
}

/** First token and end, where known; milliseconds since the question. @param {any} run @param {Times} [times] */
export function marks(run, times = {}) {
  const at = (time) => (time === undefined || times.started === undefined ? undefined : time - times.started);
  return { firstToken: at(times.firstToken), end: at(times.ended) ?? run.metrics?.latency };
}
