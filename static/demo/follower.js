/** Keeps a scrolling element at its end until its reader scrolls up, and again once they are back there. */

export class Follower {
  following = true;
  #element;
  #near;
  #moved;
  #top = 0;

  /** @param {HTMLElement} element @param {number} near pixels from the end that still count as there
   * @param {() => void} [moved] called after each move */
  constructor(element, near, moved = () => {}) {
    this.#element = element;
    this.#near = near;
    this.#moved = moved;
    element.addEventListener("scroll", () => this.#scrolled(), { passive: true });
  }

  /** After something was added, or the element has another size: stay at the end, if that is where the reader was. */
  keepUp() {
    if (!this.following) return;
    this.#element.scrollTop = this.#element.scrollHeight;
    this.#top = this.#element.scrollTop;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#element;
    if (scrollHeight - scrollTop - clientHeight < this.#near) this.following = true;
    else if (scrollTop < this.#top) this.following = false; // a text that grew, or a smaller window, moves nothing up
    this.#top = scrollTop;
    this.#moved();
  }
}
