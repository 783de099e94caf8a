/** Asks for the server's key and keeps it in this tab; says so where the one that was given is not valid. */

const KEPT = "orchestratai.key";

export class KeyDialog {
  #dialog;
  #field;
  #storage;
  #leave;

  /**
   * @param {HTMLDialogElement} dialog @param {Storage} storage
   * @param {(key: string) => void} given @param {() => void} left when the dialog is left without one
   */
  constructor(dialog, storage, given, left) {
    this.#dialog = dialog;
    this.#field = /** @type {HTMLInputElement} */ (dialog.querySelector("input"));
    this.#storage = storage;
    this.#leave = left;
    dialog.addEventListener("cancel", () => this.#leave());
    dialog.querySelector("form")?.addEventListener("submit", () => {
      storage.setItem(KEPT, this.#field.value.trim());
      given(this.kept);
    });
  }

  /** The key that this tab was given, or nothing. */
  get kept() {
    return this.#storage.getItem(KEPT) ?? "";
  }

  /** Ask for one, or for another where there is one already: it was refused. */
  ask() {
    const refused = /** @type {HTMLElement} */ (this.#dialog.querySelector("[role=alert]"));
    refused.textContent = this.kept ? "The key is not valid, or not any more." : "";
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#field.setAttribute("aria-invalid", String(Boolean(this.kept)));
    this.#field.focus();
    this.#field.select();
  }
}
