/**
 * Turns of the event loop for work that takes long. One piece of it has each turn, so that what has come meanwhile is done between two pieces, and organisations
 * take turns: the more executions of one compute, the longer each of them waits, and nobody else.
 */
export class FairTurns {
  readonly #waiting = new Map<string, (() => void)[]>();
  #isRunning = false;

  /** Resolves when it is the turn of `owner` again. */
  take(owner: string): Promise<void> {
    return new Promise((resolve) => {
      const own = this.#waiting.get(owner);
      if (own === undefined) this.#waiting.set(owner, [resolve]);
      else own.push(resolve);
      if (this.#isRunning) return;
      this.#isRunning = true;
      setImmediate(() => this.#next());
    });
  }

  #next(): void {
    for (const [owner, own] of this.#waiting) {
      const first = own.shift();
      // To the end of the round.
      this.#waiting.delete(owner);
      if (own.length > 0) this.#waiting.set(owner, own);
      first?.();
      break;
    }
    this.#isRunning = this.#waiting.size > 0;
    if (this.#isRunning) setImmediate(() => this.#next());
  }
}
