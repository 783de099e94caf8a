/** One question with its answer, kept up to date as the run goes on. */

import { badge } from "./agents.js";
import { Answer } from "./answer.js";
import { copy, el, icon, mark, say, spoken } from "./dom.js";
import { duration, percent, place } from "./format.js";
import { amiss } from "./log-row.js";
import { claim } from "./sentence.js";
import { tell } from "./words.js";

const STEPS = {
  routing: "Looking for what has been said before…",
  cache: "Searching the documents…",
  vector_search: "Weighing what was found…",
  documents: "Composing the answer…",
};

const STEP = 1500; // characters shown a frame at most, so that a long answer that comes at once does not stop the page

const READ = 1000; // characters announced at most

export class Turn {
  /** @param {any} run @param {{onselect: Function, onretry: Function, onsource: Function}} actions */
  constructor(run, actions) {
    this.run = run;
    this.actions = actions;
    this.shown = ""; // what of the run is on the page already
    this.who = el("span", { class: "who" });
    this.progress = el("span", { class: "progress" });
    this.prose = el("div", { class: "prose" });
    this.answer = new Answer(this.prose, (n) => this.#cite(n));
    this.note = el("p", { class: "note", hidden: true });
    this.sources = el("ul", { class: "sources", hidden: true, "aria-label": "Sources" });
    this.steps = this.#button("steps", "Steps", () => actions.onselect(run.run_id));
    this.steps.classList.add("steps");
    this.foot = el(
      "div",
      { class: "actions", hidden: true },
      this.#button("copy", "Copy", (event) => copy(this.run.text, event.currentTarget)),
      this.#button("retry", "Ask again", () => actions.onretry(this.run.question)),
      this.steps,
      (this.confidence = el("span", { class: "confidence" })),
    );
    const question = el("h2", { class: "question", dir: "auto" }, spoken("You asked: "), run.question);
    const head = el("div", { class: "answer-head" }, this.who, this.progress);
    const body = el("div", { class: "answer" }, head, this.prose, this.note, this.sources, this.foot);
    this.element = el("article", { class: "turn", "data-run": run.run_id }, question, body);
  }

  /** Show the run as it is now. @param {any} run @param {boolean} selected @returns {boolean} whether there is more to show */
  update(run, selected) {
    this.run = run;
    mark(this.steps, "aria-current", String(selected));
    this.element.classList.toggle("selected", selected);
    const upTo = Math.min(run.text.length, this.answer.text.length + STEP);
    const now = [run.status, run.attempt, upTo, run.logs.length, run.citations.length, agentOf(run)].join();
    if (now === this.shown) return false;
    this.shown = now;
    const whole = upTo === run.text.length;
    const over = run.status !== "running" && whole;
    mark(this.element, "data-status", over ? run.status : "running");
    this.answer.update(run.text.slice(0, upTo), over);
    this.#resolve();
    this.#head(run);
    this.#warn(run.logs.filter(amiss).length);
    this.foot.hidden = !over;
    if (over) this.#end(run);
    return !whole;
  }

  /** The answer as it is read out: its beginning, if it is long. */
  plain() {
    const prose = el("div");
    const { text } = this.run;
    new Answer(prose, () => document.createTextNode("")).update(text.slice(0, READ), true);
    for (const cell of prose.querySelectorAll("th:not(:last-child), td:not(:last-child)")) cell.append(", ");
    for (const block of prose.querySelectorAll("tr, li, p, pre")) block.append("\n");
    const lines = [...prose.childNodes].map((block) => block.textContent?.trim()).join("\n");
    const read = lines.replace(/ +(?=[.,;:!?](\s|$))/g, ""); // where a marker stood
    return text.length > READ ? `${read}… The rest is in the conversation.` : read;
  }

  #head(run) {
    const agent = agentOf(run);
    if (this.who.dataset.agent !== agent) {
      this.who.dataset.agent = agent;
      this.who.replaceChildren(badge(agent));
    }
    const step = run.logs.at(-1)?.type;
    const busy = run.text ? "Writing…" : (STEPS[step] ?? "Finding who can answer…");
    const again = run.attempt > 1 ? "The server was interrupted and began again. " : "";
    say(this.progress, run.status === "running" ? again + busy : "");
  }

  #end(run) {
    const words = {
      failed: () => tell(run.error ?? {}),
      cancelled: () => "Stopped. What was written so far stays here; “Ask again” begins anew.",
    }[run.status];
    this.note.hidden = !words;
    mark(this.note, "data-kind", run.status);
    if (words) this.note.replaceChildren(icon(run.status === "failed" ? "error" : "stop"), words());
    const cited = (run.sources ?? []).filter((source) => source.marker && this.#isCited(source.marker));
    this.sources.hidden = cited.length === 0;
    this.sources.replaceChildren(...cited.map((source) => el("li", {}, this.#sourceButton(source))));
    const told = [
      run.confidence !== undefined && `${percent(run.confidence)} sure`,
      run.metrics?.cache_status === "hit" && "from an earlier answer",
      run.metrics && duration(run.metrics.latency),
    ];
    say(this.confidence, told.filter(Boolean).join(" · "));
  }

  /** A step that went wrong shows at the button that opens the steps. */
  #warn(many) {
    mark(this.steps, "data-amiss", String(many > 0));
    say(this.steps.querySelector(".label"), many ? `Steps, ${many} ${many === 1 ? "warning" : "warnings"}` : "Steps");
  }

  #isCited(n) {
    return this.prose.querySelector(`[data-marker="${n}"]`) !== null;
  }

  #sourceButton(source) {
    return el(
      "button",
      { type: "button", class: "source-link", onclick: (event) => this.#open(source.marker, event.currentTarget) },
      el("span", { class: "source-number" }, String(source.marker)),
      el("bdi", { class: "source-title" }, this.#titleOf(source)),
    );
  }

  /** A source's title, and where two share it, its heading as well. */
  #titleOf({ title, url, chunk_id }) {
    const alike = this.run.sources.filter((each) => each.title === title && each.marker && this.#isCited(each.marker));
    const chunk = this.run.logs.flatMap((log) => log.chunks ?? []).find(({ id }) => chunk_id.split("+").includes(id));
    const heading = alike.length > 1 && chunk?.metadata?.heading;
    return [title || place(url), heading].filter(Boolean).join(" › ");
  }

  /** A marker's element; a marker that nothing is known of (yet) is only text. */
  #cite(n) {
    if (!this.#source(n)) return el("span", { class: "marker", "data-waiting": n }, `[${n}]`);
    const props = { type: "button", class: "cite", "data-marker": n, "aria-label": `Source ${n}` };
    return el("button", { ...props, onclick: (event) => this.#open(n, event.currentTarget) }, String(n));
  }

  /** Markers whose citation has come by now become buttons. */
  #resolve() {
    for (const waiting of this.prose.querySelectorAll("[data-waiting]")) {
      const n = Number(/** @type {HTMLElement} */ (waiting).dataset.waiting);
      if (this.#source(n)) waiting.replaceWith(this.#cite(n));
    }
  }

  /** What `[n]` points to: a source of the finished answer, or till then the chunk that the citation names. */
  #source(n) {
    const source = this.run.sources?.find((each) => each.marker === n);
    if (source) return source;
    const citation = this.run.citations.find((each) => each.marker === n);
    if (!citation) return null;
    const chunks = this.run.logs.flatMap((log) => log.chunks ?? []);
    const chunk = chunks.find((each) => each.id === citation.chunk_id);
    return { ...citation, title: chunk?.metadata?.title ?? "", content: chunk?.content ?? "" };
  }

  #open(n, button) {
    const marker = this.prose.contains(button) ? button : this.prose.querySelector(`[data-marker="${n}"]`);
    const source = { ...this.#source(n), marker: n };
    this.actions.onsource(source, marker ? this.#claim(marker) : "", button);
  }

  /** The sentence that a marker stands behind. */
  #claim(marker) {
    const range = document.createRange();
    const block = marker.closest("li, p, td, th, blockquote") ?? this.prose;
    range.selectNodeContents(block);
    range.setEndBefore(marker);
    const before = range.cloneContents();
    for (const other of before.querySelectorAll(".cite, .marker")) other.remove();
    const cells = block.previousElementSibling?.querySelectorAll("td") ?? []; // a marker alone speaks of the table above it
    return claim(before.textContent ?? "") || Array.from(cells, (cell) => cell.textContent).join(" ");
  }

  #button(sign, label, onclick) {
    return el("button", { type: "button", class: "quiet", onclick }, icon(sign), el("span", { class: "label" }, label));
  }
}

/** Who answers, as far as is known. */
export function agentOf(run) {
  return run.agent ?? run.logs.findLast((log) => log.type === "routing")?.data.target_agent ?? "orchestrator";
}
