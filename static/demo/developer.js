/** The drawer for developers: the events as they arrive, and the command lines that would do the same. */

import { askLine, followLine } from "./curl.js";
import { copy, el, icon, say } from "./dom.js";
import { count } from "./format.js";

const SHOWN = 200;

export class Developer {
  #seen = 0;
  #conversation = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.list = /** @type {HTMLElement} */ (root.querySelector(".raw"));
    this.count = /** @type {HTMLElement} */ (root.querySelector(".raw-count"));
    this.ask = /** @type {HTMLElement} */ (root.querySelector(".line-ask"));
    this.follow = /** @type {HTMLElement} */ (root.querySelector(".line-follow"));
    this.keyed = /** @type {HTMLElement} */ (root.querySelector(".keyed"));
    for (const button of root.querySelectorAll("[data-copy]")) {
      button.addEventListener("click", () => copy(this.#text(button.dataset.copy), button));
    }
  }

  /** Bring the drawer up to date; costs nothing while it is closed.
   * @param {import("./conversation.js").Conversation} conversation */
  show(conversation) {
    if (this.root.hidden) return;
    if (conversation !== this.#conversation) {
      this.#conversation = conversation;
      this.#seen = 0;
      this.list.replaceChildren();
    }
    const fresh = Math.min(conversation.seen - this.#seen, SHOWN, conversation.raw.length);
    if (fresh > 0) {
      const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 32;
      this.list.append(...conversation.raw.slice(-fresh).map(line));
      while (this.list.childElementCount > SHOWN) this.list.firstElementChild.remove();
      if (atEnd) this.list.scrollTop = this.list.scrollHeight;
    }
    this.#seen = conversation.seen;
    say(this.count, `${count(conversation.seen)} events`);
    const asked = conversation.state.runs.at(-1)?.question ?? conversation.pending.at(-1)?.message ?? "Hello";
    const keyed = conversation.client.key !== "";
    this.keyed.hidden = !keyed;
    say(this.ask, askLine(location.origin, conversation.id, asked, keyed));
    say(this.follow, followLine(location.origin, conversation.id, "0-0", keyed));
  }

  #text(what) {
    if (what === "ask") return this.ask.textContent;
    if (what === "follow") return this.follow.textContent;
    return (this.#conversation?.raw ?? []).map((event) => JSON.stringify(event)).join("\n");
  }
}

function line(event) {
  const text = JSON.stringify(event.data);
  const summary = el(
    "summary",
    {},
    el("code", { class: "raw-id" }, event.id),
    el("code", { class: "raw-type" }, event.type),
    el("code", { class: "raw-data" }, text.length > 160 ? `${text.slice(0, 160)}…` : text),
  );
  const details = el("details", {}, summary);
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(whole(event));
  });
  return el("li", {}, details);
}

function whole(event) {
  const text = JSON.stringify(event, null, 2);
  const button = el("button", { type: "button", class: "quiet" }, icon("copy"), el("span", { class: "label" }, "Copy"));
  button.addEventListener("click", () => copy(text, button));
  return el("div", { class: "raw-whole" }, button, el("pre", { tabindex: "0", role: "group", "aria-label": "Event" }, text));
}
