/** The four agents: their names, and the strip that shows what each is doing. */

import { el, icon, mark, say } from "./dom.js";

export const AGENTS = {
  orchestrator: { name: "Orchestrator", does: "Decides who answers" },
  billing: { name: "Billing", does: "Plans, invoices, refunds" },
  technical: { name: "Technical", does: "Set-up, errors, limits" },
  policy: { name: "Policy", does: "Terms, privacy, security" },
};

const STATUS = { idle: "Idle", routing: "Routing", active: "Active", complete: "Done", stopped: "Stopped" };
const BUSY = new Set(["routing", "active"]);

/** An agent's name with its sign and colour. @param {string} id */
export function badge(id) {
  return el("span", { class: `badge agent-${id}` }, icon(id), AGENTS[id]?.name ?? id);
}

/** Shows what each agent is doing in a run. */
export class AgentStrip {
  /** @param {HTMLElement} list */
  constructor(list) {
    this.items = new Map();
    for (const [id, { name }] of Object.entries(AGENTS)) {
      const status = el("span", { class: "agent-status" }, STATUS.idle);
      const item = el(
        "li",
        { class: `agent agent-${id}`, "data-agent": id, "data-status": "idle" },
        el("span", { class: "agent-sign" }, icon(id)),
        el("span", { class: "agent-name" }, name),
        status,
      );
      this.items.set(id, { item, status });
      list.append(item);
    }
  }

  /** @param {any} [run] */
  show(run) {
    for (const [id, { item, status }] of this.items) {
      const last = run?.agents[id] ?? "idle";
      const now = run?.status !== "running" && BUSY.has(last) ? "stopped" : last; // a stop or a failure leaves it at work
      mark(item, "data-status", now);
      say(status, STATUS[now] ?? now);
    }
  }
}
