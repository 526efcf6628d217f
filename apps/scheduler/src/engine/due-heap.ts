/** Something that is due at a moment. */
export interface Due {
  dueAt: number;
}

/** What is due first comes out first. One timer serves any number of entries. */
export class DueHeap<T extends Due> {
  readonly #entries: T[] = [];

  get size(): number {
    return this.#entries.length;
  }

  peek(): T | undefined {
    return this.#entries[0];
  }

  push(entry: T): void {
    const entries = this.#entries;
    let place = entries.push(entry) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = entries[parent] as T;
      if (above.dueAt <= entry.dueAt) break;
      entries[place] = above;
      place = parent;
    }
    entries[place] = entry;
  }

  pop(): T | undefined {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (last !== undefined && entries.length > 0) this.#sink(last);
    return first;
  }

  /** Removes what a test does not hold for. */
  keep(test: (entry: T) => boolean): void {
    const kept = this.#entries.filter(test);
    this.#entries.length = 0;
    for (const entry of kept) this.push(entry);
  }

  /** Puts an entry at the top and lets it down to its place. */
  #sink(entry: T): void {
    const entries = this.#entries;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= entries.length) break;
      const right = child + 1;
      if (right < entries.length && (entries[right] as T).dueAt < (entries[child] as T).dueAt) child = right;
      if ((entries[child] as T).dueAt >= entry.dueAt) break;
      entries[place] = entries[child] as T;
      place = child;
    }
    entries[place] = entry;
  }
}
