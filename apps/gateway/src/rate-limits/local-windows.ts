/** Keys kept at most; the oldest windows go first. */
const MAX_KEYS = 100_000;

/** Counts in this process, for the time that Redis is away. */
export class LocalWindows {
  private readonly windows = new Map<string, { count: number; endsAt: number }>();

  /** Counts one call under `key` until `endsAt` (milliseconds since the epoch) and answers the count. */
  count(key: string, endsAt: number): number {
    const window = this.windows.get(key);
    if (window) return ++window.count;
    if (this.windows.size >= MAX_KEYS) this.prune();
    this.windows.set(key, { count: 1, endsAt });
    return 1;
  }

  private prune(): void {
    const now = Date.now();
    for (const [key, window] of this.windows) if (window.endsAt <= now) this.windows.delete(key);
    for (const key of this.windows.keys()) {
      if (this.windows.size < MAX_KEYS) break;
      this.windows.delete(key);
    }
  }
}
