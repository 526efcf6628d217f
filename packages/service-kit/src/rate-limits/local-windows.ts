import { LIMITS } from '@millrace/contracts';

/** Keys kept at most, about 20 MB. */
const MAX_KEYS = LIMITS.rateLimitKeys;
/** Dropped at once when there are too many: dropping one for each new key would walk over all of them each time. */
const DROPPED_KEYS = MAX_KEYS / 10;

/** Counts in this process; of too many windows those that are over go first, then the oldest. */
export class LocalWindows {
  readonly #windows = new Map<string, { count: number; endsAt: number }>();

  /** Counts one call under `key` until `endsAt` (milliseconds since the epoch) and returns the count. */
  count(key: string, endsAt: number): number {
    const window = this.#windows.get(key);
    if (window) return ++window.count;
    if (this.#windows.size >= MAX_KEYS) this.#prune();
    this.#windows.set(key, { count: 1, endsAt });
    return 1;
  }

  /** The count under `key`, to which nothing is added. */
  countOf(key: string): number {
    return this.#windows.get(key)?.count ?? 0;
  }

  #prune(): void {
    const now = Date.now();
    for (const [key, window] of this.#windows) if (window.endsAt <= now) this.#windows.delete(key);
    for (const key of this.#windows.keys()) {
      if (this.#windows.size <= MAX_KEYS - DROPPED_KEYS) break;
      this.#windows.delete(key);
    }
  }
}
