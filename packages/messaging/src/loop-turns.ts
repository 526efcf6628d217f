/**
 * Begins pieces of work in turns of their owners, a few in each turn of the event loop. A thousand that arrive at once are all begun in
 * the same turn otherwise, and for as long as that takes the process does nothing else. Where there are few, none waits.
 */
export class LoopTurns {
  readonly #waiting = new Map<string, (() => void)[]>();
  #begun = 0;
  #isScheduled = false;

  constructor(private readonly atOnce: number) {}

  /** Begins `work` now, or when it is the turn of its owner, who is asked for only then. `work` must not throw. */
  begin(ownerOf: () => string, work: () => void): void {
    this.#schedule();
    if (this.#waiting.size === 0 && this.#begun < this.atOnce) {
      this.#begun++;
      return work();
    }
    const owner = ownerOf();
    const queue = this.#waiting.get(owner) ?? [];
    this.#waiting.set(owner, queue);
    queue.push(work);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#begun = 0;
      while (this.#begun < this.atOnce && this.#waiting.size > 0) {
        this.#begun++;
        this.#next()?.();
      }
      if (this.#begun > 0) this.#schedule();
    });
  }

  /** The first of the owner whose turn it is, who comes last after it. */
  #next(): (() => void) | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    const [owner, queue] = first;
    const next = queue.shift();
    this.#waiting.delete(owner);
    if (queue.length > 0) this.#waiting.set(owner, queue);
    return next;
  }
}
