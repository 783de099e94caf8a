/** Where the question is typed: Enter sends, Shift+Enter breaks the line, and the caret stays. */

import { say } from "./dom.js";

const LIMIT = 2000;

export class Composer {
  /** @param {HTMLFormElement} form @param {(message: string) => void} onsend */
  constructor(form, onsend) {
    this.field = /** @type {HTMLTextAreaElement} */ (form.querySelector("textarea"));
    this.left = /** @type {HTMLElement} */ (form.querySelector(".left"));
    const send = () => {
      const message = this.field.value.trim();
      this.field.focus();
      if (!message || message.length > LIMIT) return;
      this.field.value = "";
      this.#grow();
      onsend(message);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send();
    });
    this.field.addEventListener("keydown", (event) => {
      const composing = event.isComposing || event.keyCode === 229; // 229 where the word has just been accepted, as in Safari
      if (event.key !== "Enter" || event.shiftKey || composing) return;
      event.preventDefault();
      send();
    });
    this.field.addEventListener("input", () => this.#grow());
  }

  focus() {
    this.field.focus();
  }

  #grow() {
    const rest = LIMIT - this.field.value.length;
    say(this.left, rest < 200 ? `${rest} characters left` : "");
    if (CSS.supports("field-sizing", "content")) return;
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 200)}px`;
  }
}
