/** <chat-thread>: the conversation. Follows its end unless the reader has scrolled away from it. */

import { Countdown } from "./countdown.js";
import { el, icon, mark, say, spoken } from "./dom.js";
import { Follower } from "./follower.js";
import { Turn } from "./turn.js";
import { tell } from "./words.js";

const NEAR = 48;
const NEW = 6; // turns made a frame at most

export class ChatThread extends HTMLElement {
  #turns = new Map();
  #waiting = new Map();
  #follower = new Follower(this, NEAR, () => this.#offer());
  #actions = {};
  #list = el("div", { class: "turns" });
  made = 0; // turns made by the last `show`
  #latest = el("button", { type: "button", class: "latest", hidden: true }, icon("down"), "Latest");

  connectedCallback() {
    this.append(this.#list, this.#latest);
    this.#latest.addEventListener("click", () => {
      this.follow();
      this.focus({ preventScroll: true });
    });
    new ResizeObserver(() => this.#keepUp()).observe(this);
  }

  /** What the buttons do. @param {{onselect: Function, onretry: Function, onsource: Function, onresend: Function,
   * ondrop: Function}} actions */
  set actions(actions) {
    this.#actions = actions;
  }

  /** Forget all turns. */
  clear() {
    this.#turns.clear();
    for (const item of this.#waiting.values()) item.remove();
    this.#waiting.clear();
    this.#list.replaceChildren();
    this.#follower.following = true;
  }

  /** An answer's text as it is read. @param {string} runId */
  plain(runId) {
    return this.#turns.get(runId)?.plain() ?? "";
  }

  /** Go to the end, and stay there as it grows. */
  follow() {
    this.#follower.following = true;
    this.#keepUp();
  }

  /** After everything has been shown, so that a frame is laid out once: stay at the end. */
  settle() {
    this.#keepUp();
  }

  /** @param {import("./conversation.js").Conversation} conversation @param {string | null} selected a run's id
   * @returns {boolean} whether there is more to show */
  show({ state, pending }, selected) {
    let more = false;
    let made = 0;
    this.made = 0;
    const ids = new Set(state.runs.map((run) => run.run_id));
    for (const [id, turn] of this.#turns) if (!ids.has(id)) (turn.element.remove(), this.#turns.delete(id));
    for (const run of state.runs) {
      let turn = this.#turns.get(run.run_id);
      if (!turn && !run.question && run.status === "running") continue; // its first event is still to come
      if (!turn && ++made > NEW) {
        more = true;
        break;
      }
      if (!turn) {
        turn = new Turn(run, this.#actions);
        this.made = made;
        this.#turns.set(run.run_id, turn);
        this.#list.insertBefore(turn.element, this.#list.querySelector(".pending"));
      }
      more = turn.update(run, run.run_id === selected) || more;
    }
    this.#showPending(pending);
    return more;
  }

  #showPending(pending) {
    const keys = new Set(pending.map((each) => each.key));
    for (const [key, item] of this.#waiting) if (!keys.has(key)) (item.remove(), this.#waiting.delete(key));
    for (const each of pending) {
      let item = this.#waiting.get(each.key);
      if (!item) {
        item = this.#pendingItem(each);
        this.#waiting.set(each.key, item);
        this.#list.append(item.element);
        this.#follower.following = true;
      }
      item.update(each);
    }
  }

  #pendingItem(first) {
    const words = el("p", { class: "note" });
    const again = el("button", { type: "button", class: "quiet" }, icon("retry"), "Try again");
    const drop = el("button", { type: "button", class: "quiet" }, icon("close"), "Discard");
    const actions = el("div", { class: "actions" }, again, drop);
    const question = el("h2", { class: "question", dir: "auto" }, spoken("You asked: "), first.message);
    const element = el("article", { class: "turn pending" }, question, el("div", { class: "answer" }, words, actions));
    const countdown = new Countdown();
    let current = first;
    again.addEventListener("click", () => this.#actions.onresend(current));
    drop.addEventListener("click", () => this.#actions.ondrop(current));
    const update = (pending) => {
      if (current !== pending || element.dataset.state !== pending.state) this.#count(countdown, words, again, pending);
      current = pending;
      mark(element, "data-state", pending.state);
      actions.hidden = pending.state !== "failed";
    };
    const remove = () => (countdown.stop(), element.remove());
    return { element, update, remove };
  }

  /** Say how a question on its way is doing; where the server named a wait, count it down. */
  #count(countdown, words, again, pending) {
    countdown.stop();
    mark(words, "data-kind", pending.state);
    if (pending.state !== "failed") {
      say(words, pending.state === "sending" ? "Sending…" : "Waiting for its turn…");
      return;
    }
    const kept = pending.problem?.code === "network" ? " Your question is kept." : "";
    countdown.start(pending.until, (left) => {
      say(words, tell(pending.problem ?? {}, left) + kept);
      again.disabled = Boolean(left);
    });
  }

  #keepUp() {
    this.#follower.keepUp();
    this.#offer();
  }

  /** Where the reader is not at the end, a button leads there. */
  #offer() {
    this.#latest.hidden = this.#follower.following;
  }
}

customElements.define("chat-thread", ChatThread);
