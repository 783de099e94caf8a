/** Counts down the seconds of a wait. */

const BEAT = 250;

export class Countdown {
  #timer = 0;

  /**
   * In place of what it counted before.
   * @param {number | undefined} until Unix milliseconds; undefined where nobody named a wait
   * @param {(left: number | undefined) => void} show is given the whole seconds that are left, at once and until there are none
   */
  start(until, show) {
    this.stop();
    const tick = () => {
      const left = until && Math.max(0, Math.ceil((until - Date.now()) / 1000)); // timers sleep with tabs
      if (!left) this.stop();
      show(left);
    };
    if (until) this.#timer = Number(setInterval(tick, BEAT));
    tick();
  }

  stop() {
    clearInterval(this.#timer);
  }
}
