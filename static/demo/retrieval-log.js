/** <retrieval-log>: what one run did to find its answer: rows as they happen, a waterfall, and what it cost. */

import { el, icon, mark, say } from "./dom.js";
import { count, duration, money } from "./format.js";
import { row, TYPES } from "./log-row.js";
import { since } from "./timeline.js";
import { Waterfall } from "./waterfall.js";

const WHAT = {
  routing: "Which agent answers, and why",
  cache: "Whether an earlier answer serves",
  vector_search: "What the documents say, and how well it fits",
  documents: "Whether that is enough to answer from",
};
const STEP = 8; // rows made a frame at most
const HIDDEN = "Its steps are all of kinds that are not shown.";
const CACHE = { hit: "Hit", miss: "Miss", none: "Skipped" };

export class RetrievalLog extends HTMLElement {
  #run = null; // whose rows these are: id and attempt
  #shown = null;
  #off = new Set();
  #title = el("bdi", { class: "log-question" });
  #rows = el("ol", { class: "rows" });
  #empty = el("p", { class: "log-empty" });
  #legend = el("ul", { class: "legend", "aria-label": "Steps" }, ...Object.keys(WHAT).map(legend));
  #fall = el("section", { class: "waterfall", "aria-label": "Timeline" });
  #waterfall = new Waterfall(this.#fall);
  #metrics = el("dl", { class: "metrics", hidden: true, "aria-label": "What it took" });
  #filter = el("div", { class: "filter", role: "group", "aria-label": "Show" });

  connectedCallback() {
    for (const [type, label] of Object.entries(TYPES)) this.#filter.append(this.#toggle(type, label));
    this.append(this.#title, this.#fall, this.#metrics, this.#filter, this.#rows, this.#empty, this.#legend);
    this.show(null);
  }

  /** @param {any} run @param {import("./timeline.js").Times} [times] @returns {boolean} whether there is more to show */
  show(run, times) {
    const whose = run ? `${run.run_id} ${run.attempt}` : null;
    if (whose !== this.#run) {
      this.#run = whose;
      this.#rows.replaceChildren();
      this.#waterfall.clear();
      this.dataset.run = run?.run_id ?? "";
    }
    for (const part of [this.#fall, this.#metrics, this.#filter, this.#rows, this.#title]) part.hidden = !run;
    this.#legend.hidden = run !== null;
    this.#shown = run;
    this.#tell(run);
    if (!run) return false;
    say(this.#title, run.question);
    this.#add(run);
    this.#waterfall.show(run, times);
    this.#count(run);
    return this.#rows.childElementCount < run.logs.length;
  }

  /** Why there is no row to be seen, where there is none. @param {any} run */
  #tell(run) {
    let why = "";
    if (!run) why = "Ask something, and each step towards the answer appears here as it happens.";
    else if (run.logs.length > 0) why = run.logs.every((log) => this.#off.has(log.type)) ? HIDDEN : "";
    else why = run.status === "running" ? "The first step is on its way…" : "Nothing had to be looked up.";
    say(this.#empty, why);
    this.#empty.hidden = why === "";
  }

  #add(run) {
    const have = this.#rows.childElementCount;
    if (have >= run.logs.length) return;
    const fresh = run.logs.slice(have, have + STEP).map((log) => {
      const item = row(log, since(run, log));
      item.hidden = this.#off.has(log.type);
      return item;
    });
    this.#rows.append(...fresh);
  }

  /** What it cost: known at the end, with its place kept till then, so that nothing moves. */
  #count({ status, metrics }) {
    const figures = { Tokens: "–", Cost: "–", Time: "–", Cache: "–" };
    if (metrics) {
      const { tokensUsed, cost, latency, cache_status } = metrics;
      Object.assign(figures, { Tokens: count(tokensUsed), Cost: money(cost), Time: duration(latency) });
      figures.Cache = CACHE[cache_status ?? "none"];
    }
    mark(this.#metrics, "data-status", status);
    const told = Object.values(figures).join();
    if (this.#metrics.dataset.told === told) return;
    this.#metrics.dataset.told = told;
    const tiles = Object.entries(figures).map(([term, figure]) => el("div", {}, el("dt", {}, term), el("dd", {}, figure)));
    this.#metrics.replaceChildren(...tiles);
  }

  #toggle(type, label) {
    const button = el("button", { type: "button", class: `chip type-${type}`, "aria-pressed": "true" }, icon(type), label);
    button.addEventListener("click", () => {
      const on = this.#off.has(type);
      if (on) this.#off.delete(type);
      else this.#off.add(type);
      mark(button, "aria-pressed", String(on));
      for (const item of this.#rows.querySelectorAll(`[data-type="${type}"]`)) item.hidden = !on;
      this.#tell(this.#shown);
    });
    return button;
  }
}

function legend(type) {
  const sign = el("span", { class: "row-sign" }, icon(type));
  return el("li", { class: `type-${type}` }, sign, el("b", {}, TYPES[type]), el("span", {}, WHAT[type]));
}

customElements.define("retrieval-log", RetrievalLog);
