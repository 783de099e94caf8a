/**
 * What could not be done, or keeps the whole page from going on, in a bar at its top; where the server named a wait, that
 * is counted down.
 */

import { say } from "./dom.js";
import { tell } from "./words.js";

export class Notice {
  #timer = 0;
  #announce;
  #begin;

  /** @param {HTMLElement} root @param {(text: string) => void} announce */
  constructor(root, announce) {
    this.root = root;
    this.text = /** @type {HTMLElement} */ (root.querySelector("p"));
    this.#announce = announce;
    this.#begin = /** @type {HTMLElement} */ (root.querySelector("button"));
  }

  /** @param {any} problem @param {string} [what] could not be done for it */
  show(problem, what = "") {
    clearInterval(this.#timer);
    const until = problem.retryAfter && Date.now() + problem.retryAfter * 1000;
    const tick = () => {
      const left = until && Math.max(0, Math.ceil((until - Date.now()) / 1000)); // timers sleep with tabs
      say(this.text, what + tell(problem, left));
      if (!left) clearInterval(this.#timer);
    };
    this.#begin.hidden = what !== "";
    if (until) this.#timer = setInterval(tick, 250);
    tick();
    this.root.hidden = false;
    this.#announce(this.text.textContent ?? ""); // once, and not at each second
  }

  hide() {
    clearInterval(this.#timer);
    this.root.hidden = true;
  }
}
