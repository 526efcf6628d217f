import { parseDuration, type TriggerConfigOf } from '@millrace/schema';
import { IntervalTimes } from './interval-times.js';
import type { Occurrence, Times } from './occurrence.js';
import { sharedCronTimes } from './shared-times.js';

/** What of a schedule trigger's config says when it is due. */
export type TimetableConfig = Pick<
  TriggerConfigOf<'schedule'>,
  'cron' | 'interval' | 'timezone' | 'start_at' | 'end_at'
>;

/** Before it there is none: clocks went by the sun, and the first years of the calendar are not reckoned with. */
const EARLIEST = Date.UTC(1900, 0, 1);

/** Later ones cannot be written as the API writes times: the year 10000 has a digit too many. */
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The nominal times of a schedule: none before its start, and none after its end. */
export class Timetable implements Times {
  readonly #times: Times;
  readonly #start: number;
  readonly #end: number;

  /** Throws for a config that saving would refuse. */
  constructor({ cron, interval, timezone, start_at, end_at }: TimetableConfig) {
    this.#start = Math.max(start_at === undefined ? EARLIEST : Date.parse(start_at), EARLIEST);
    this.#end = end_at === undefined ? LATEST : Math.min(Date.parse(end_at), LATEST);
    if (cron !== undefined) this.#times = sharedCronTimes(cron, timezone);
    else {
      const everyMs = parseDuration(interval);
      if (everyMs === null || everyMs <= 0) throw new Error('a schedule has neither "cron" nor a valid "interval"');
      // Without a start, the phase is that of the epoch: every 15 minutes is at 0, 15, 30 and 45 past.
      this.#times = new IntervalTimes(everyMs, start_at === undefined ? 0 : Date.parse(start_at));
    }
  }

  after(instant: number): Occurrence | null {
    const next = this.#times.after(Math.max(instant, this.#start - 1));
    return next === null || next.at > this.#end ? null : next;
  }
}
