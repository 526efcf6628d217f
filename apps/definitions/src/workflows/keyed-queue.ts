/** Runs work of the same key one after the other, in the order it came; work of different keys does not wait. */
export class KeyedQueue {
  private readonly tails = new Map<string, Promise<unknown>>();

  /** Resolves or rejects as `work` does; a failure does not hold up what comes after. */
  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.tails.get(key) ?? Promise.resolve();
    const mine = before.then(work);
    const tail = mine.catch(() => undefined);
    this.tails.set(key, tail);
    try {
      return await mine;
    } finally {
      if (this.tails.get(key) === tail) this.tails.delete(key);
    }
  }

  /** Keys that have work waiting or running. */
  get size(): number {
    return this.tails.size;
  }
}
