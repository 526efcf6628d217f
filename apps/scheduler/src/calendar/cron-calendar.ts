import { CronMatches } from '@millrace/schema';
import { LRUCache } from 'lru-cache';

/** The macros in which the hour is left open. */
const EVERY_HOUR = new Set(['@hourly', '@minutely', '@secondly']);

/** Macros of every cron that cron-parser does not know, by what they mean. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([['@midnight', '@daily']]);

/**
 * The matches of a cron expression on a clock that is never changed, which know nothing of time zones: what their changes do to the matches is decided in
 * `cron-times.ts`, by our rules.
 */
export class CronCalendar {
  readonly #matches: CronMatches;
  /** The hour begins with `*` and is more than one: it is left open. */
  readonly anyHour: boolean;
  /** The minute or the hour begins with `*`. */
  readonly followsElapsedTime: boolean;

  /** Throws an Error for what is no expression; that is checked when a workflow is saved. */
  constructor(text: string) {
    const known = OTHER_NAMES.get(text) ?? text;
    this.#matches = new CronMatches(known);
    const fields = text.split(/\s+/);
    const [minute = '', hour = ''] = fields.length === 6 ? fields.slice(1) : fields;
    this.anyHour = text.startsWith('@') ? EVERY_HOUR.has(text) : hour.startsWith('*') && this.#matches.hoursOfDay > 1;
    this.followsElapsedTime = this.anyHour || (!text.startsWith('@') && minute.startsWith('*'));
  }

  /** The first match after a time, or null when there is none. */
  after(local: number): number | null {
    return this.#matches.after(local);
  }
}

/** Parsed expressions take some kilobytes each, and many schedules have the same. */
const calendars = new LRUCache<string, CronCalendar>({ max: 2_000 });

/** The calendar of an expression. Throws an Error for what is none. */
export function cronCalendar(text: string): CronCalendar {
  const trimmed = text.trim();
  const kept = calendars.get(trimmed);
  if (kept !== undefined) return kept;
  const calendar = new CronCalendar(trimmed);
  calendars.set(trimmed, calendar);
  return calendar;
}
