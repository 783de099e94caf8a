/**
 * OrchestratAI's client: start a question, follow its session over SSE or WebSocket, stop it. One file, no dependency:
 * copy it into your own page. docs/client.md shows how; the events' shapes are published at /schemas/events.json.
 *
 * @typedef {import("./events.d.ts").AnyEvent} Envelope  an event; the types are made from the published schemas
 * @typedef {{type: "hello"|"live"|"ping"|"bye"|"snapshot", id?: string, session_id: string, data: any}} Control
 * @typedef {{state: "connecting"|"open"|"live"|"waiting"|"closed", retryAt?: number, problem?: Problem}} Status
 *   `open`: the server answered and replays; `live`: all that was there has come; `waiting`: until `retryAt` (Unix ms);
 *   `closed`: for good, with the problem if there was one
 * @typedef {{run_id: string, session_id: string, status: string, events_url: string}} Accepted
 * @typedef {{after?: string, transport?: "sse"|"ws", onEvent?: (event: Envelope) => void,
 *   onControl?: (frame: Control) => void, onStatus?: (status: Status) => void}} FollowOptions
 */

const SILENCE = 45_000; // the server speaks at least every 15 s; after three times that the line is dead
const LONGEST = 30_000;
const SLICE = 8; // milliseconds of events taken in at a time
const RETRYABLE = new Set([408, 429, 500, 502, 503, 504, 507]); // another time it may go well
/** Why a socket was closed: the code and what it means. @type {Record<number, [string, string]>} */
const REFUSALS = {
  4029: ["rate_limited", "That was too much at once."],
  4501: ["unauthorized", "A key is needed, or the one that came is not, or no longer, valid."],
  4503: ["forbidden_origin", "This page's origin is not in the server's ALLOWED_ORIGINS."],
  4504: ["session_not_found", "There is no such session."],
};

/** A failure: `code` from the server's table, or `network`. `retryAfter` is in seconds, where the server said so. */
export class Problem extends Error {
  /** @param {{code: string, message: string, status?: number, retryable?: boolean, retryAfter?: number}} told */
  constructor({ code, message, status = 0, retryable = false, retryAfter }) {
    super(message);
    this.name = "Problem";
    this.code = code;
    this.status = status; // HTTP's, 0 where there was no answer
    this.retryable = retryable;
    this.retryAfter = retryAfter;
  }
}

/** How long to wait after so many failures in a row: exponential, half of it jitter; milliseconds.
 * @param {number} failures @param {() => number} [random] */
export function backoff(failures, random = Math.random) {
  const ceiling = Math.min(LONGEST, 500 * 2 ** Math.min(failures, 10));
  return ceiling / 2 + (random() * ceiling) / 2;
}

/** An Idempotency-Key, also where `crypto.randomUUID` is not to be had (pages without TLS). */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Takes a stream's text as it comes; gives each whole Server-Sent Event's `data`. @returns {(text: string) => string[]} */
export function frames() {
  let held = "";
  return (text) => {
    held += text;
    const blocks = held.split("\n\n");
    held = blocks.pop() ?? "";
    return blocks.map(dataOf).filter((data) => data !== "");
  };
}

/** @param {string} block */
function dataOf(block) {
  const lines = block.split("\n").filter((line) => line.startsWith("data:"));
  return lines.map((line) => line.slice(line[5] === " " ? 6 : 5)).join("\n");
}

export class Client {
  /** @param {{base?: string, key?: string, headers?: Record<string, string>}} [options] `base`: the server's origin, if
   * another; `key`: where the server asks for one */
  constructor({ base = "", key = "", headers = {} } = {}) {
    this.base = base.replace(/\/+$/, "");
    this.key = key;
    this.headers = headers;
  }

  /** A new session. @returns {Promise<{session_id: string, created_at: string}>} */
  createSession() {
    return this.#json("POST", "/api/session");
  }

  /** The session as it stands: its turns, the active run, the cursor. @param {string} sessionId */
  session(sessionId) {
    return this.#json("GET", `/api/session/${sessionId}`);
  }

  /** Forget the session and all that was said in it. @param {string} sessionId */
  async deleteSession(sessionId) {
    await this.#json("DELETE", `/api/session/${sessionId}`);
  }

  /**
   * Ask. Resolves as soon as the question is taken in; the answer comes to whoever follows the session. What fails on
   * the way is sent again under the same key, so the question is asked once, however often it was sent.
   * @param {string} sessionId @param {string} message at most 2,000 characters
   * @param {{key?: string, agent?: string, onBusy?: "enqueue"|"reject"|"interrupt", tries?: number}} [options]
   * @returns {Promise<Accepted>}
   */
  async start(sessionId, message, { key = newKey(), agent, onBusy, tries = 5 } = {}) {
    const body = { message, session_id: sessionId, agent, on_busy: onBusy };
    const headers = { Prefer: "respond-async", "Idempotency-Key": key };
    for (let failures = 0; ; failures += 1) {
      try {
        return await this.#json("POST", "/api/chat", body, headers);
      } catch (thrown) {
        const error = /** @type {Problem} */ (thrown);
        const passing = error.code === "network" || error.status >= 502;
        if (!passing || failures + 1 >= tries) throw error;
        await new Promise((resolve) => setTimeout(resolve, (error.retryAfter ?? 0) * 1000 || backoff(failures)));
      }
    }
  }

  /** A short-lived ticket for the session's WebSocket, on which a browser can send no key. @param {string} sessionId */
  async ticket(sessionId) {
    return this.key ? (await this.#json("POST", `/api/session/${sessionId}/ticket`)).ticket : "";
  }

  /** Stop a run, on the server too. Idempotent. @param {string} runId */
  stop(runId) {
    return this.#json("POST", `/api/runs/${runId}/cancel`);
  }

  /** Every event of the session after the cursor, each once, in order, however often the connection drops.
   * @param {string} sessionId @param {FollowOptions} [options] @returns {Following} */
  follow(sessionId, options = {}) {
    return new Following(this, sessionId, options);
  }

  /** @param {string} method @param {string} path @param {object} [body] @param {Record<string, string>} [headers]
   * @returns {Promise<any>} */
  async #json(method, path, body, headers = {}) {
    if (body) headers = { ...headers, "Content-Type": "application/json" };
    const response = await this.request(path, { method, headers, body: body && JSON.stringify(body) });
    return response.status === 204 ? null : response.json();
  }

  /** `fetch`, with failures as Problems.
   * @param {string} path @param {Omit<RequestInit, "headers"> & {headers: Record<string, string>}} init */
  async request(path, init) {
    const headers = { ...this.headers, ...init.headers };
    if (this.key) headers.Authorization = `Bearer ${this.key}`;
    let response;
    try {
      response = await fetch(this.base + path, { ...init, headers });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new Problem({ code: "network", message: "The server cannot be reached.", retryable: true });
    }
    if (response.ok) return response;
    const { status } = response;
    const told = (await response.json().catch(() => null))?.error ?? {};
    const retryAfter = Number(response.headers.get("Retry-After")) || undefined;
    const retryable = RETRYABLE.has(status) || told.code === "session_busy";
    const message = told.message ?? `The server answered ${status}.`;
    throw new Problem({ code: told.code ?? "http_error", message, status, retryable, retryAfter });
  }
}

/** A session being followed. It reconnects by itself until it is closed, the session is gone, or the server refuses. */
export class Following {
  #client;
  #options;
  #connection = new AbortController();
  /** @type {() => void} */
  #wake = () => {};
  #hurried = false;
  #failures = 0;

  /** @param {Client} client @param {string} sessionId @param {FollowOptions} options */
  constructor(client, sessionId, options) {
    this.#client = client;
    this.#options = options;
    this.sessionId = sessionId;
    this.transport = options.transport ?? "sse";
    this.cursor = options.after ?? "0-0"; // the last event's id: pass it as `after` to go on from here
    this.closed = false;
    for (const name of ["online", "offline"]) globalThis.addEventListener?.(name, this.#hurry);
    this.#run();
  }

  /** Go on over the other transport, from the same cursor. @param {"sse"|"ws"} transport */
  use(transport) {
    if (transport === this.transport) return;
    this.transport = transport;
    this.#hurry();
  }

  /** Connect now instead of when the wait is over. */
  retry() {
    this.#failures = 0;
    this.#wake();
  }

  /** Follow no more. The run goes on: it belongs to the server. */
  close() {
    this.#end();
  }

  #hurry = () => {
    this.#hurried = true;
    this.#failures = 0;
    this.#connection.abort();
    this.#wake();
  };

  /** @param {Problem} [problem] */
  #end(problem) {
    if (this.closed) return;
    this.closed = true;
    for (const name of ["online", "offline"]) globalThis.removeEventListener?.(name, this.#hurry);
    this.#connection.abort();
    this.#wake();
    this.#tell({ state: "closed", problem });
  }

  /** @param {Status} status */
  #tell(status) {
    attempt(this.#options.onStatus, status);
  }

  async #run() {
    while (!this.closed) {
      this.#connection = new AbortController();
      this.#hurried = false;
      let problem;
      let wait;
      try {
        this.#tell({ state: "connecting" });
        wait = await (this.transport === "ws" ? this.#socket() : this.#stream());
      } catch (error) {
        problem = error instanceof Problem ? error : undefined;
        if (problem && !problem.retryable) return this.#end(problem);
      } finally {
        this.#connection.abort();
      }
      if (this.closed || this.#hurried) continue;
      if (problem?.retryAfter) wait = problem.retryAfter * 1000;
      await this.#pause(wait ?? backoff(this.#failures++), problem);
    }
  }

  /** @param {number} wait milliseconds @param {Problem} [problem] */
  #pause(wait, problem) {
    this.#tell({ state: "waiting", retryAt: Date.now() + wait, problem });
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }

  /** Over SSE, read with fetch rather than EventSource: that shows the HTTP status and lets us choose when to return. */
  async #stream() {
    const { signal } = this.#connection;
    const alive = this.#watchdog();
    const path = `/api/session/${this.sessionId}/events?after=${this.cursor}`;
    const headers = { Accept: "text/event-stream" };
    const response = await this.#client.request(path, { headers, signal, cache: "no-store" });
    if (response.status === 204) return this.#end();
    const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
    const decoder = new TextDecoder();
    const read = frames();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return undefined;
      alive();
      let begun = performance.now();
      for (const data of read(decoder.decode(value, { stream: true }))) {
        if (performance.now() - begun > SLICE) {
          await new Promise((resolve) => setTimeout(resolve)); // much at once: let the page draw in between
          signal.throwIfAborted();
          begun = performance.now();
        }
        const bye = this.#take(JSON.parse(data));
        if (bye) return bye.retry_after_ms;
      }
    }
  }

  /** Over WebSocket: the same envelopes, one a message. */
  async #socket() {
    const { signal } = this.#connection;
    const ticket = await this.#client.ticket(this.sessionId);
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const alive = this.#watchdog();
      const url = new URL(`${this.#client.base}/api/ws`, globalThis.location?.href);
      url.protocol = url.protocol.replace("http", "ws");
      if (ticket) url.searchParams.set("ticket", ticket);
      const socket = new WebSocket(url);
      const send = (/** @type {object} */ frame) => socket.send(JSON.stringify(frame));
      signal.addEventListener("abort", () => {
        if (socket.readyState === WebSocket.OPEN) socket.close(); // one still opening is closed once it is open
        reject(signal.reason);
      });
      socket.onopen = () => {
        if (signal.aborted) socket.close();
        else send({ type: "follow", session_id: this.sessionId, after: this.cursor });
      };
      socket.onmessage = ({ data }) => {
        if (signal.aborted) return;
        alive();
        const frame = JSON.parse(data);
        if (frame.type === "ping") send({ type: "pong" });
        if (frame.type === "error") reject(new Problem(frame));
        const bye = this.#take(frame);
        if (bye) resolve(bye.retry_after_ms);
      };
      socket.onclose = ({ code: closed }) => {
        const [code, message] = REFUSALS[closed] ?? ["network", "The connection was lost."];
        reject(new Problem({ code, message, retryable: closed < 4500 }));
      };
    });
  }

  #watchdog() {
    const connection = this.#connection;
    let timer = setTimeout(() => {});
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(() => connection.abort(), SILENCE);
    };
    connection.signal.addEventListener("abort", () => clearTimeout(timer));
    alive();
    return alive;
  }

  /** One frame. Returns a `bye`'s data, as the stream ends with it. @param {any} frame */
  #take(frame) {
    const { type, id, data } = frame;
    if (type === "ack" || type === "error") return null;
    if (id !== undefined && type !== "snapshot") {
      if (!later(id, this.cursor)) return null;
      this.cursor = id;
      attempt(this.#options.onEvent, frame);
      return null;
    }
    if (type === "snapshot") this.cursor = id;
    if (type === "hello" || type === "live") {
      this.#failures = 0;
      this.#tell({ state: type === "live" ? "live" : "open" });
    }
    attempt(this.#options.onControl, frame);
    if (type !== "bye") return null;
    if (data.reason === "deleted") {
      this.#end(new Problem({ code: "session_not_found", message: "The session was deleted." }));
    }
    return data;
  }
}

/** Call a page's handler. What it throws is reported as of any listener, and ends no stream.
 * @param {((given: any) => void) | undefined} handler @param {any} given */
function attempt(handler, given) {
  try {
    handler?.(given);
  } catch (error) {
    (globalThis.reportError ?? console.error)(error);
  }
}

/** @param {string} a @param {string} b */
function later(a, b) {
  const [ag, as] = a.split("-").map(Number);
  const [bg, bs] = b.split("-").map(Number);
  return ag > bg || (ag === bg && as > bs);
}
