/** How much older the trimmer's work may get while it rests. */
const SLACK_MS = 60_000;

/** A batch is ten groups at most; with their rests it stays within the lease. */
const LONGEST_REST_MS = 1_000;

/**
 * How long the trimmer of the journal rests after each group of markers: as long as NATS took for them, so that after a stop,
 * when much has become due at once, at least half of NATS's time is left to those who wait for it.
 *
 * It keeps up with any rate of ends that NATS takes. An end marker is one of at least four messages that NATS stores for an
 * execution (the start, its entry, its announcement, the marker), so at the highest rate that lasts less than half of the time
 * is enough for markers. Where it is not, as with a slow disk, what is trimmed gets older: by more than `SLACK_MS` than it
 * has been in this run, and the trimmer does not rest until that is made up for.
 */
export class TrimPace {
  #leastOverdueMs = Infinity;

  /** `tookMs`: of the group. `overdueMs`: how long ago its last execution became due. Returns milliseconds. */
  restMs(tookMs: number, overdueMs: number): number {
    this.#leastOverdueMs = Math.min(this.#leastOverdueMs, overdueMs);
    if (overdueMs > this.#leastOverdueMs + SLACK_MS) return 0;
    return Math.min(tookMs, LONGEST_REST_MS);
  }
}
