/** Something that is due at a moment. */
export interface Due {
  dueAt: number;
  /** Where it is in the heap, which keeps that; of something that is in none it says nothing. */
  place?: number;
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
    this.#rise(entry, this.#entries.push(entry) - 1);
  }

  pop(): T | undefined {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (last !== undefined && entries.length > 0) this.#sink(last);
    return first;
  }

  /** Has an entry come out earlier than it would. One that is not in the heap stays as it is. */
  bringForward(entry: T, dueAt: number): void {
    const { place } = entry;
    if (place === undefined || this.#entries[place] !== entry || entry.dueAt <= dueAt) return;
    entry.dueAt = dueAt;
    this.#rise(entry, place);
  }

  /** Removes what a test does not hold for. */
  keep(test: (entry: T) => boolean): void {
    const kept = this.#entries.filter(test);
    this.#entries.length = 0;
    for (const entry of kept) this.push(entry);
  }

  /** Lets an entry up from a place. */
  #rise(entry: T, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#entries[parent] as T;
      if (above.dueAt <= entry.dueAt) break;
      this.#put(above, place);
      place = parent;
    }
    this.#put(entry, place);
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
      this.#put(entries[child] as T, place);
      place = child;
    }
    this.#put(entry, place);
  }

  #put(entry: T, place: number): void {
    this.#entries[place] = entry;
    entry.place = place;
  }
}
