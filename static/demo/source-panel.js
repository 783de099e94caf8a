/** A cited source beside the answer, opened at the sentence that the answer rests on. */

import { el, icon } from "./dom.js";
import { bare, percent } from "./format.js";
import { address } from "./log-facts.js";
import { support } from "./sentence.js";
import { parts } from "./source-text.js";

export class SourcePanel {
  /** @param {HTMLElement} root @param {(open: boolean) => void} changed */
  constructor(root, changed) {
    this.root = root;
    this.changed = changed;
    this.opener = /** @type {HTMLElement | null} */ (null);
    this.turn = /** @type {HTMLElement | null} */ (null);
    this.marker = 0;
    root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // heard: it closes this alone
      this.close();
    });
  }

  /** @param {any} source @param {string} claim the answer's sentence @param {HTMLElement} opener gets the focus back */
  open(source, claim, opener) {
    this.#unmark();
    this.opener = opener;
    this.turn = opener.closest("article");
    opener.setAttribute("aria-expanded", "true");
    const close = el("button", { type: "button", class: "quiet", "aria-label": "Close the source" }, icon("close"));
    close.addEventListener("click", () => this.close());
    const text = el("div", { class: "source-text", dir: "auto" }, ...marked(bare(source.content), claim));
    const title = el("h2", { id: "source-title", tabindex: "-1" }, el("span", { class: "source-number" }, String(source.marker)));
    title.append(" ", el("bdi", {}, source.title || "Source"));
    const where = el("p", { class: "source-where" }, address(source.url), ` · ${percent(source.relevance_score)} relevant`);
    this.root.replaceChildren(el("header", {}, title, close), where, text);
    this.root.dataset.chunk = source.chunk_id;
    this.marker = Number(source.marker);
    this.root.hidden = false;
    this.changed(true);
    title.focus({ preventScroll: true });
    const sentence = text.querySelector("mark");
    if (sentence) this.root.scrollTop = sentence.offsetTop - this.root.offsetTop - this.root.clientHeight / 3;
  }

  close() {
    if (this.root.hidden) return;
    this.root.hidden = true;
    this.changed(false);
    this.#unmark();
    const again = `.cite[data-marker="${this.marker}"]`; // where the answer has grown since, the opener was made anew
    if (this.opener?.isConnected) this.opener.focus();
    else this.turn?.querySelector(again)?.focus();
    this.opener = null;
  }

  #unmark() {
    this.opener?.removeAttribute("aria-expanded");
  }
}

/** The text with the sentence, or the table's row, that the claim rests on marked. */
function marked(content, claim) {
  const [from, to] = support(content, claim) ?? [0, 0];
  const within = (text, start) => {
    const [a, b] = [from, to].map((at) => Math.min(Math.max(at - start, 0), text.length));
    return a < b ? [text.slice(0, a), el("mark", {}, text.slice(a, b)), text.slice(b)] : [text];
  };
  const row = (name, cells) => el("tr", {}, ...cells.map(({ text, start }) => el(name, { dir: "auto" }, ...within(text, start))));
  return parts(content).flatMap((part) => {
    if (!part.rows) return within(part.text, part.start);
    const [head, ...rows] = part.rows;
    const body = el("tbody", {}, ...rows.map((cells) => row("td", cells)));
    const table = el("table", {}, el("thead", {}, row("th", head)), body);
    return [el("div", { class: "table", tabindex: "0", role: "group", "aria-label": "Table" }, table)];
  });
}
