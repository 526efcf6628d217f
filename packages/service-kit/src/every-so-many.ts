/**
 * Says of what is counted by keys when it is time to do something about one of them, such as forgetting what is too much of it: once for
 * every so many. It remembers so many keys; beyond, counting begins anew, which only puts something off.
 */
export class EverySoMany {
  readonly #counts = new Map<string, number>();

  constructor(private readonly mostKeys: number) {}

  /** Counts one of this key. Whether it is the last of so many. */
  count(key: string, many: number): boolean {
    const count = (this.#counts.get(key) ?? 0) + 1;
    if (count >= many) {
      this.#counts.delete(key);
      return true;
    }
    if (count === 1 && this.#counts.size >= this.mostKeys) this.#counts.clear();
    this.#counts.set(key, count);
    return false;
  }
}
