import { LRUCache } from 'lru-cache';

const MINUTE_MS = 60_000;
/** Organisations whose pace is remembered; one that is forgotten may begin anew. */
const ORGANISATIONS = 10_000;

interface Pace {
  /** Starts that may be made at once; less than none after one that counted as several. */
  left: number;
  /** When that was so: milliseconds since the epoch. */
  at: number;
}

/**
 * Bounds how many executions the schedules of one organisation start, or its mail, for these count against no other limit: a minute's worth may come at
 * once, as at midnight, and then as many as a minute spreads over itself. Each process counts for itself.
 */
export class StartPace {
  readonly #paces = new LRUCache<string, Pace>({ max: ORGANISATIONS });

  constructor(private readonly perMinute: number) {}

  /**
   * Takes one start of an organisation, which counts as a number of them; false when it is too early for that. One that counts as several waits for no more than any other, so that it is
   * not overtaken for ever, and those after it wait longer. `now`: milliseconds since the epoch.
   */
  take(organisationId: string, countsAs: number, now: number): boolean {
    const most = this.perMinute;
    const pace = this.#paces.get(organisationId) ?? { left: most, at: now };
    // A clock that is set back gives nothing, and takes nothing.
    const passed = Math.max(0, now - pace.at);
    pace.left = Math.min(most, pace.left + (passed / MINUTE_MS) * most);
    pace.at = now;
    this.#paces.set(organisationId, pace);
    if (pace.left < 1) return false;
    pace.left -= countsAs;
    return true;
  }
}
