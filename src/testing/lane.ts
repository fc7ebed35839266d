/** One direction of one stream: what passes through it passes in order, also what comes while it is held. @module */

/** A way that can be closed for a while. */
export class Lane {
  #waiting: (() => void)[] = [];
  #isHeld = false;

  pass(action: () => void): void {
    if (this.#isHeld) this.#waiting.push(action);
    else action();
  }

  hold(): void {
    this.#isHeld = true;
  }

  /** What has waited goes on; an action that holds the lane again leaves the rest waiting. */
  release(): void {
    this.#isHeld = false;
    while (!this.#isHeld) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      next();
    }
  }
}
