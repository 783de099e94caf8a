/** One session as the page knows it: the fold of its events, and the questions that are still on their way there. */

import { newKey } from "./client.js";
import { apply, empty } from "./fold.js";
import { note } from "./timeline.js";

const KEEP = 5000;

/**
 * @typedef {{key: string, message: string, state: "sending"|"queued"|"failed", run_id?: string, problem?: any,
 *   until?: number}} Pending  `until`: when it may be sent again, Unix milliseconds, where the server said so
 */
export class Conversation {
  /**
   * @param {import("./client.js").Client} client @param {string} sessionId @param {Storage} storage this tab's
   * @param {() => void} changed called after each change; may be called often
   */
  constructor(client, sessionId, storage, changed) {
    this.client = client;
    this.id = sessionId;
    this.state = empty();
    this.times = new Map();
    this.raw = /** @type {any[]} */ ([]); // the newest events as they came
    this.seen = 0; // how many came in all
    this.live = false;
    this.ended = /** @type {((run: any) => void)} */ (() => {});
    this.#storage = storage;
    this.#changed = changed;
    this.pending = /** @type {Pending[]} */ (this.#kept());
  }

  #storage;
  #changed;

  /** Take in an event. */
  take(event) {
    const run = apply(this.state, event);
    if (!run) return;
    note(this.times, event);
    this.seen += 1;
    this.raw.push(event);
    if (this.raw.length > KEEP * 1.2) this.raw.splice(0, this.raw.length - KEEP);
    if (event.type === "run.started") this.#settle(event.run_id);
    this.#changed();
    if (this.live && event.type.startsWith("run.") && run.status !== "running") this.ended(run);
  }

  /** Take a snapshot in the place of all that was known. @param {any} frame */
  replace(frame) {
    this.state = { last_id: frame.id, runs: frame.data.runs };
    this.times.clear();
    for (const run of this.state.runs) this.#settle(run.run_id);
    this.#changed();
  }

  /** The run that is being answered, if any. */
  get active() {
    return this.state.runs.findLast((run) => run.status === "running");
  }

  run(runId) {
    return this.state.runs.find((run) => run.run_id === runId);
  }

  /** Ask; never rejects: a failure becomes the question's own. @param {string} message */
  ask(message) {
    const pending = { key: newKey(), message, state: "sending" };
    this.pending.push(pending);
    return this.send(pending);
  }

  /** Send a question, for the first time or again: under its key it is asked only once. @param {Pending} pending */
  async send(pending) {
    Object.assign(pending, { state: "sending", problem: undefined, until: undefined });
    this.#keep();
    try {
      const { run_id } = await this.client.start(this.id, pending.message, { key: pending.key });
      Object.assign(pending, { state: "queued", run_id });
      if (this.run(run_id)) this.#settle(run_id);
    } catch (problem) {
      const { retryAfter } = /** @type {any} */ (problem);
      Object.assign(pending, { state: "failed", problem, until: retryAfter && Date.now() + retryAfter * 1000 });
    }
    this.#keep();
    return pending;
  }

  /** Send again what a reload or a closed tab interrupted. */
  resend() {
    for (const pending of this.pending) if (pending.state === "sending") this.send(pending);
  }

  /** Give a question up that could not be sent. @param {Pending} pending */
  drop(pending) {
    this.pending = this.pending.filter((each) => each !== pending);
    this.#keep();
  }

  /** Forget what this tab keeps of the session. */
  forget() {
    this.#storage.removeItem(this.#name);
  }

  #settle(runId) {
    this.pending = this.pending.filter((each) => each.run_id !== runId);
    this.#keep();
  }

  get #name() {
    return `orchestratai.pending.${this.id}`;
  }

  #keep() {
    if (this.pending.length) this.#storage.setItem(this.#name, JSON.stringify(this.pending));
    else this.#storage.removeItem(this.#name);
    this.#changed();
  }

  #kept() {
    try {
      const kept = JSON.parse(this.#storage.getItem(this.#name) ?? "[]");
      return kept.map((each) => (each.state === "failed" ? { ...each, state: "sending" } : each));
    } catch {
      return [];
    }
  }
}
