import { LRUCache } from 'lru-cache';
import { CronTimes } from './cron-times.js';
import type { Occurrence, Times } from './occurrence.js';

/**
 * Times that remember what they replied last: until the time that comes next, the reply to everybody is the same. Many schedules have the same expression, and
 * at its times, and when the service starts, each of them asks.
 */
class RememberedTimes implements Times {
  #from = Infinity;
  #next: Occurrence | null = null;

  constructor(private readonly times: Times) {}

  after(instant: number): Occurrence | null {
    if (instant >= this.#from && (this.#next === null || instant < this.#next.at)) return this.#next;
    this.#next = this.times.after(instant);
    this.#from = instant;
    return this.#next;
  }
}

/** By zone and expression. Those of schedules that exist stay with them; this only finds them for others. */
const shared = new LRUCache<string, Times>({ max: 10_000 });

/** The nominal times of a cron expression in a time zone, one object for all schedules that have both. Throws for what is no expression or no zone. */
export function sharedCronTimes(cron: string, zone: string): Times {
  const key = `${zone} ${cron}`;
  const kept = shared.get(key);
  if (kept !== undefined) return kept;
  const times = new RememberedTimes(new CronTimes(cron, zone));
  shared.set(key, times);
  return times;
}
