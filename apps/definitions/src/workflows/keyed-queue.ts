interface Tail {
  readonly end: Promise<unknown>;
  readonly waiting: number;
}

/** Runs work of the same key one after the other, in the order it came; work of different keys does not wait. */
export class KeyedQueue {
  readonly #tails = new Map<string, Tail>();

  /** No more than `limit` pieces of work of one key may run and wait. */
  constructor(private readonly limit: number) {}

  /** Resolves or rejects as `work` does; a failure does not hold up what comes after. Throws {@link QueueFull}. */
  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#tails.get(key);
    const waiting = (before?.waiting ?? 0) + 1;
    if (waiting > this.limit) throw new QueueFull(key);
    const mine = (before?.end ?? Promise.resolve()).then(work);
    const end = mine.catch(() => undefined).then(() => this.#leave(key));
    this.#tails.set(key, { end, waiting });
    return mine;
  }

  /** Keys that have work waiting or running. */
  get size(): number {
    return this.#tails.size;
  }

  #leave(key: string): void {
    const tail = this.#tails.get(key);
    if (tail === undefined) return;
    if (tail.waiting === 1) this.#tails.delete(key);
    else this.#tails.set(key, { ...tail, waiting: tail.waiting - 1 });
  }
}

/** Thrown for work of a key that has as much waiting as is allowed. */
export class QueueFull extends Error {
  constructor(key: string) {
    super(`Too much is waiting for "${key}"`);
    this.name = 'QueueFull';
  }
}
