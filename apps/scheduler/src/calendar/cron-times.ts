import { cronCalendar, type CronCalendar } from './cron-calendar.js';
import type { Occurrence, Times } from './occurrence.js';
import { timeZone, type TimeZone, type Transition } from './time-zone.js';

const DAY = 24 * 60 * 60 * 1_000;

/** Gaps that an expression with open hours is carried over at most before it counts as never due. It has another hour in the day of a gap, which is behind it. */
const MOST_GAPS = 3;

/**
 * The nominal times of a cron expression in a time zone. Where clocks are changed:
 *
 * - A time that is skipped happens once, at the first instant after the gap. With open hours nothing is made up for.
 * - A time that is repeated happens the first time only. With open minutes or hours it happens both times: such expressions follow elapsed time.
 */
export class CronTimes implements Times {
  readonly #zone: TimeZone;

  /** Throws for what is no expression or no zone. */
  constructor(
    private readonly cron: string,
    zone: string,
  ) {
    cronCalendar(cron);
    this.#zone = timeZone(zone);
  }

  /** Not kept: parsed it takes kilobytes, and there may be a hundred thousand of these. */
  get #calendar(): CronCalendar {
    return cronCalendar(this.cron);
  }

  after(instant: number): Occurrence | null {
    const change = this.#zone.transitionBetween(instant, instant + DAY);
    if (change && change.after < change.before && this.#calendar.followsElapsedTime)
      return this.#acrossRepetition(instant, change);
    return this.#firstAfter(this.#startingPoint(instant), instant);
  }

  /** The local time after which matches are looked for. */
  #startingPoint(instant: number): number {
    const local = this.#zone.local(instant);
    if (this.#calendar.followsElapsedTime) return local;
    const change = this.#zone.transitionBetween(instant - DAY, instant);
    // While clocks show the same times again, nothing happens before they come to the first new one.
    return change === null ? local : Math.max(local, change.at + change.before - 1);
  }

  /** Clocks will be set back within a day, and what they show again counts again. */
  #acrossRepetition(instant: number, { at, before, after }: Transition): Occurrence | null {
    const first = this.#calendar.after(instant + before);
    if (first === null) return null;
    const repeatedFrom = at + after;
    const repeatedTo = at + before;
    if (first < repeatedTo) return { at: first - before, note: first >= repeatedFrom ? 'dst_repeated' : null };
    const again = this.#calendar.after(repeatedFrom - 1);
    if (again !== null && again < repeatedTo) return { at: again - after, note: 'dst_repeated' };
    return this.#firstAfter(repeatedTo - 1, instant);
  }

  #firstAfter(start: number, instant: number): Occurrence | null {
    let local = start;
    for (let gaps = 0; gaps < MOST_GAPS; gaps++) {
      const match = this.#calendar.after(local);
      if (match === null) return null;
      const change = this.#zone.transitionAround(match);
      if (change === null) return { at: match - this.#zone.offset(match), note: null };
      const skippedFrom = change.at + change.before;
      const skippedTo = change.at + change.after;
      if (match >= skippedFrom && match < skippedTo) {
        if (!this.#calendar.anyHour) return { at: change.at, note: 'dst_shifted' };
        local = skippedTo - 1;
        continue;
      }
      return this.#shown(match, change, instant);
    }
    return null;
  }

  /** When clocks show a time that they do not skip: the first time, or the second one if the first is over. */
  #shown(match: number, { at, before, after }: Transition, instant: number): Occurrence {
    const early = match - before;
    const late = match - after;
    const isRepeated = early < at && late >= at;
    if (isRepeated) return { at: early > instant ? early : late, note: 'dst_repeated' };
    return { at: early < at ? early : late, note: null };
  }
}
