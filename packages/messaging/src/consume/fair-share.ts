/** How the slots of a handler are shared by those whose messages come through the same lanes. */
export interface Fairness {
  /** Whose a message is, by its subject. */
  readonly keyOf: (subject: string) => string;
  /** What one key may take of the slots that a lane of it can have, when it is alone there: above 0 and at most 1, which is all. */
  readonly share: number;
}

/**
 * Counts what runs for each key and says who may have another slot: a key may run as many messages as a fixed multiple of
 * the slots that stay free (a dynamic threshold, as switches share their buffers). Alone it gets `share` of the slots;
 * several that could use all of them get the same number each; and some are always left for a new one.
 */
export class FairShare {
  readonly #running = new Map<string, number>();
  readonly #multiple: number;

  constructor(private readonly fairness: Fairness) {
    this.#multiple = fairness.share >= 1 ? Infinity : fairness.share / (1 - fairness.share);
  }

  keyOf(subject: string): string {
    return this.fairness.keyOf(subject);
  }

  /** Messages of the key that run now. */
  running(key: string): number {
    return this.#running.get(key) ?? 0;
  }

  /** Keys of which at least so many messages run. */
  keysWith(messages: number): string[] {
    return [...this.#running].flatMap(([key, running]) => (running >= messages ? [key] : []));
  }

  /** Whether another message of the key may begin while `free` slots are left to its lane. The last one is for a key that has none. */
  mayBegin(key: string, free: number): boolean {
    const running = this.running(key);
    if (running === 0 || this.#multiple === Infinity) return free > 0;
    return free > 1 && running < this.#multiple * free;
  }

  began(key: string): void {
    this.#running.set(key, this.running(key) + 1);
  }

  ended(key: string): void {
    const left = this.running(key) - 1;
    if (left > 0) this.#running.set(key, left);
    else this.#running.delete(key);
  }
}
