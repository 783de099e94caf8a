/** The drawer for developers: the events as they arrive, and the command lines that would do the same. */

import { askLine, followLine } from "./curl.js";
import { copy, el, icon, say } from "./dom.js";
import { Follower } from "./follower.js";
import { count } from "./format.js";

const SHOWN = 200;
const LIVE = 40; // of them while more arrive: all that are there move up with each
const STEP = 8; // lines made a frame at most
const NEAR = 32;

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
    this.end = new Follower(this.list, NEAR);
    this.list.addEventListener("toggle", ({ target }) => (this.end.following &&= !(/** @type {any} */ (target).open)), true);
    for (const button of root.querySelectorAll("[data-copy]")) {
      button.addEventListener("click", () => copy(this.#text(button.dataset.copy), button));
    }
  }

  /** Bring the drawer up to date; costs nothing while it is closed.
   * @param {import("./conversation.js").Conversation} conversation @returns {boolean} whether there is more to show */
  show(conversation) {
    if (this.root.hidden) return false;
    if (conversation !== this.#conversation) {
      this.#conversation = conversation;
      this.#seen = 0;
      this.end.following = true;
      this.list.replaceChildren();
    }
    const more = this.#catchUp(conversation);
    say(this.count, `${count(conversation.seen)} events`);
    const asked = conversation.state.runs.at(-1)?.question ?? conversation.pending.at(-1)?.message ?? "Hello";
    const keyed = conversation.client.key !== "";
    this.keyed.hidden = !keyed;
    say(this.ask, askLine(location.origin, conversation.id, asked, keyed));
    say(this.follow, followLine(location.origin, conversation.id, "0-0", keyed));
    return more;
  }

  /** Add the next events that came, or, while none come, of those before them. */
  #catchUp({ raw, seen }) {
    const behind = Math.min(seen - this.#seen, SHOWN, raw.length);
    const end = raw.length - behind;
    if (behind > 0) {
      const fresh = Math.min(behind, STEP);
      this.list.append(...raw.slice(end, end + fresh).map(line));
      const most = this.end.following ? LIVE : SHOWN;
      while (this.list.childElementCount > most) this.list.firstElementChild.remove();
      this.#seen = seen - behind + fresh;
      return true;
    }
    const begin = end - this.list.childElementCount;
    const earlier = Math.min(begin, STEP, SHOWN - this.list.childElementCount);
    if (earlier <= 0) return false;
    this.list.prepend(...raw.slice(begin - earlier, begin).map(line));
    return true;
  }

  /** After everything has been shown, so that a frame is laid out once: stay at the end. */
  settle() {
    if (!this.root.hidden) this.end.keepUp();
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
