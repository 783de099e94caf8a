/**
 * What could not be done, or keeps the whole page from going on, in a bar at its top; where the server named a wait, that
 * is counted down.
 */

import { Countdown } from "./countdown.js";
import { say } from "./dom.js";
import { tell } from "./words.js";

export class Notice {
  #countdown = new Countdown();
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
    const until = problem.retryAfter && Date.now() + problem.retryAfter * 1000;
    this.#begin.hidden = what !== "";
    this.#countdown.start(until, (left) => say(this.text, what + tell(problem, left)));
    this.root.hidden = false;
    this.#announce(this.text.textContent ?? ""); // once, and not at each second
  }

  hide() {
    this.#countdown.stop();
    this.root.hidden = true;
  }
}
