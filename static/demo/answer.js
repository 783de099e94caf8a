/**
 * A growing Markdown text as elements. Only the last block is made anew as text arrives, so a frame costs the same at
 * the end of a long answer as at its beginning.
 */

import { el } from "./dom.js";
import { inline } from "./inline.js";
import { blocks, settled } from "./markdown.js";

const LAST = /(?<!\S)\S{0,24} ?$|$/; // a text's last word, unless it is a giant: its marker stays on its line

export class Answer {
  /** @param {HTMLElement} root @param {(n: number) => Node} cite makes the element for marker `[n]` */
  constructor(root, cite) {
    this.root = root;
    this.cite = cite;
    this.reset();
  }

  /** Begin anew. */
  reset() {
    this.text = "";
    this.open = true;
    this.stable = 0; // where in the text the first block begins that may still change
    this.fixed = 0; // how many elements stand for what is before it
    this.root.replaceChildren();
  }

  /** Show the text, of which there may be more unless it is `whole`. @param {string} text @param {boolean} whole */
  update(text, whole) {
    if (text === this.text && this.open === !whole) return;
    if (!text.startsWith(this.text)) this.reset();
    this.text = text;
    this.open = !whole;
    const rest = text.slice(this.stable);
    const found = blocks(rest);
    const done = settled(found, rest);
    const focused = this.root.contains(document.activeElement) && document.activeElement;
    const like = focused && (focused.dataset.marker ? `[data-marker="${focused.dataset.marker}"]` : focused.localName);
    const nth = like ? [...this.root.querySelectorAll(like)].indexOf(focused) : -1;
    while (this.root.childNodes.length > this.fixed) this.root.lastChild.remove();
    found.forEach((block, index) => {
      this.root.append(this.#block(block, !whole && index === found.length - 1));
    });
    if (focused && !focused.isConnected) this.root.querySelectorAll(like)[nth]?.focus({ preventScroll: true });
    if (done > 0) {
      this.stable += found[done].start;
      this.fixed += done;
    }
  }

  #block(block, open) {
    switch (block.type) {
      case "h":
        return el("p", { class: "heading", dir: "auto" }, ...this.#inline(block.text, open));
      case "hr":
        return el("hr");
      case "pre":
        return el("pre", { tabindex: "0", "aria-label": "Code", role: "group" }, el("code", {}, block.text));
      case "quote":
        return el("blockquote", {}, ...this.#blocks(block.blocks, open));
      case "table":
        return this.#table(block.rows);
      case "list":
        return this.#list(block, open);
      default:
        return el("p", { dir: "auto" }, ...this.#inline(block.text, open));
    }
  }

  #blocks(found, open) {
    return found.map((block, index) => this.#block(block, open && index === found.length - 1));
  }

  #list({ ordered, first, items }, open) {
    const list = el(ordered ? "ol" : "ul", { start: ordered && first !== 1 ? String(first) : null });
    items.forEach((item, index) => {
      const last = open && index === items.length - 1;
      const tight = item.length > 0 && item[0].type === "p";
      const head = tight ? this.#inline(item[0].text, last && item.length === 1) : [];
      list.append(el("li", { dir: "auto" }, ...head, ...this.#blocks(tight ? item.slice(1) : item, last)));
    });
    return list;
  }

  #table([head, ...rows]) {
    const cells = (name, row) => head.map((_, n) => el(name, { dir: "auto" }, ...this.#inline(row[n] ?? "", false)));
    const body = rows.map((row) => el("tr", {}, ...cells("td", row)));
    const table = el("table", {}, el("thead", {}, el("tr", {}, ...cells("th", head))), el("tbody", {}, ...body));
    return el("div", { class: "table", tabindex: "0", role: "group", "aria-label": "Table" }, table);
  }

  #inline(text, open) {
    return this.#nodes(inline(text, open));
  }

  #nodes(nodes) {
    return nodes.map((node, index) => {
      switch (node.t) {
        case "text":
          return document.createTextNode(nodes[index + 1]?.t === "cite" ? node.v.replace(LAST, "") : node.v);
        case "code":
          return el("code", {}, node.v);
        case "br":
          return el("br");
        case "cite": {
          const before = nodes[index - 1];
          const word = before?.t === "text" ? LAST.exec(before.v)[0] : "";
          return word ? el("span", { class: "held" }, word, this.cite(node.n)) : this.cite(node.n);
        }
        case "link": {
          const props = { href: node.href, target: "_blank", rel: "noopener noreferrer nofollow ugc" };
          return el("a", props, ...this.#nodes(node.c));
        }
        default:
          return el(node.t, {}, ...this.#nodes(node.c));
      }
    });
  }
}
