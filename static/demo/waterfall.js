/** A run's time as a waterfall: each step a bar, the first word and the end marked. */

import { css, el, mark, say } from "./dom.js";
import { duration } from "./format.js";
import { marks, scale, spans } from "./timeline.js";

export class Waterfall {
  #bars = new Map();
  #list = el("ol", { class: "bars" });
  #summary = el("p", { class: "fall-summary" });

  /** @param {HTMLElement} root */
  constructor(root) {
    root.append(this.#list, this.#summary);
  }

  clear() {
    this.#bars.clear();
    this.#list.replaceChildren();
  }

  /** @param {any} run @param {import("./timeline.js").Times} [times] */
  show(run, times) {
    const bars = spans(run, times);
    const whole = Math.max(1, ...bars.map((bar) => bar.to));
    const keys = new Set(bars.map((bar) => bar.key));
    for (const [key, { item }] of this.#bars) if (!keys.has(key)) (item.remove(), this.#bars.delete(key));
    const { firstToken, end } = marks(run, times);
    const { at, split } = scale(whole, firstToken);
    this.#list.classList.toggle("split", split !== undefined);
    for (const bar of bars) this.#bar(bar, at);
    const told = [
      firstToken !== undefined && `First word after ${duration(firstToken)}`,
      end !== undefined && run.status !== "running" && `${firstToken === undefined ? "Ended" : "ended"} after ${duration(end)}`,
    ].filter(Boolean);
    const larger = split === undefined ? "" : ". The time until then is drawn larger.";
    say(this.#summary, told.length ? `${told.join(", ")}${larger}` : "Waiting for the first step…");
  }

  #bar({ key, kind, label, from, to }, at) {
    let bar = this.#bars.get(key);
    if (!bar) {
      const time = el("span", { class: "bar-time" });
      const fill = el("span", { class: "bar-fill" });
      const item = el("li", {}, el("span", { class: "bar-label" }, label), el("span", { class: "bar-track" }, fill), time);
      mark(item, "class", `fall type-${kind}`);
      bar = { item, fill, time };
      this.#bars.set(key, bar);
      if (kind !== "waiting" && kind !== "answer" && this.#bars.has("waiting")) {
        this.#list.insertBefore(item, this.#bars.get("waiting").item);
      } else this.#list.append(item);
    }
    css(bar.fill, "--from", at(from).toFixed(4));
    css(bar.fill, "--size", (at(to) - at(from)).toFixed(4));
    say(bar.time, duration(to - from));
  }
}
