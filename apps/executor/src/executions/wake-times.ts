import { LIMITS } from '@millrace/contracts';
import { LRUCache } from 'lru-cache';

interface Second {
  /** Timers that are set for it. */
  count: number;
  /** The first second that may have room when this one has none. */
  next: number;
}

/** Seconds that are remembered; forgetting one only lets more timers into it. */
const SECONDS = 50_000;

/**
 * Spreads the timers of an organisation. The queue of what is due is everybody's and read in order: an organisation that lets
 * tens of thousands of executions wait for the same moment would have all others' wait behind them. No more than
 * LIMITS.wakesPerSecond are set for one second; those beyond are set for the next one that has room.
 */
export class WakeTimes {
  readonly #seconds = new LRUCache<string, Second>({ max: SECONDS });

  /** When an execution is to be woken that waits until `until`: then, or later. Milliseconds since the epoch. */
  take(organisationId: string, until: number): number {
    const wanted = Math.floor(until / 1_000);
    const passed: Second[] = [];
    let time = wanted;
    let second = this.#at(organisationId, time);
    while (second.count >= LIMITS.wakesPerSecond) {
      passed.push(second);
      time = second.next;
      second = this.#at(organisationId, time);
    }
    // So that the next one does not go through all full seconds again.
    for (const full of passed) full.next = time;
    // By the share of the second that is taken: all at its beginning would be a heap again.
    const at = time === wanted ? until : 1_000 * (time + second.count / LIMITS.wakesPerSecond);
    second.count++;
    return at;
  }

  #at(organisationId: string, time: number): Second {
    const key = `${time}.${organisationId}`;
    let second = this.#seconds.get(key);
    if (second === undefined) this.#seconds.set(key, (second = { count: 0, next: time + 1 }));
    return second;
  }
}
