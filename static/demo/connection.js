/** Shows how the line to the server stands, with a countdown while it is down, and switches the transport. */

import { Countdown } from "./countdown.js";
import { mark, say } from "./dom.js";

const WORDS = { connecting: "Connecting…", open: "Connected", live: "Connected", closed: "Disconnected" };
const NAMES = { sse: "SSE", ws: "WebSocket" };

export class Connection {
  #countdown = new Countdown();
  #lost = false;
  #announce;

  /** @param {HTMLElement} root holds .line (the pill), .retry and the two radio buttons
   * @param {(text: string) => void} announce */
  constructor(root, announce) {
    this.root = root;
    this.line = /** @type {HTMLElement} */ (root.querySelector(".line-text"));
    this.again = /** @type {HTMLButtonElement} */ (root.querySelector(".line-retry"));
    this.#announce = announce;
  }

  /** The chosen transport. @returns {"sse"|"ws"} */
  get transport() {
    return /** @type {any} */ (this.root.querySelector("input:checked")).value;
  }

  set transport(transport) {
    /** @type {any} */ (this.root.querySelector(`input[value="${transport}"]`)).checked = true;
  }

  /** @param {import("./client.js").Status} status */
  show({ state, retryAt = 0 }) {
    this.#countdown.stop();
    const offline = state === "waiting" && !navigator.onLine;
    mark(this.root, "data-state", offline ? "offline" : state);
    this.again.hidden = state !== "waiting";
    if (state === "waiting") {
      this.#countdown.start(retryAt, (left) => say(this.line, waiting(offline, left)));
      if (!this.#lost) this.#announce(offline ? "You are offline." : "The connection was lost. Reconnecting.");
      this.#lost = true;
      return;
    }
    say(this.line, state === "live" ? `Connected · ${NAMES[this.transport]}` : WORDS[state]);
    if (state === "live" && this.#lost) {
      this.#lost = false;
      this.#announce("Connected again.");
    }
  }
}

function waiting(offline, left) {
  const seconds = Math.max(1, left);
  return offline ? `Offline, next try in ${seconds} s` : `Reconnecting in ${seconds} s`;
}
