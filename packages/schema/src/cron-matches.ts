import { CronExpressionParser } from 'cron-parser';

const SECOND = 1_000;
const DAY_SECONDS = 24 * 60 * 60;
const DAY = DAY_SECONDS * SECOND;

/** The rarest day that an expression can name is a 29th of February on one day of the week: it comes within 40 years, across a year such as 2100. */
const MOST_MONTHS = 50 * 12;

/**
 * The matches of a cron expression on a clock that is never changed. cron-parser reads the expression; its own search goes from day to day with a date
 * object, and takes tens of milliseconds to find a rare day. This one reckons with numbers, and takes microseconds.
 *
 * A day matches by both of its fields as in cron: where both are restricted one of them is enough.
 */
export class CronMatches {
  readonly #seconds: readonly number[];
  readonly #minutes: readonly number[];
  readonly #hours: readonly number[];
  readonly #months: ReadonlySet<number>;
  readonly #isMatch: (day: DayOfMonth) => boolean;
  /** Whether a day of month and a day of week are given, of which either is enough. */
  readonly eitherDay: boolean;

  /** Throws an Error of cron-parser's for what is no expression. */
  constructor(expression: string) {
    const { second, minute, hour, month, dayOfMonth, dayOfWeek } = CronExpressionParser.parse(expression, {
      tz: 'UTC',
      currentDate: new Date(0),
    }).fields;
    this.#seconds = second.values;
    this.#minutes = minute.values;
    this.#hours = hour.values;
    this.#months = new Set(month.values);
    const days = new Set(dayOfMonth.values);
    const weekdays = new Set(dayOfWeek.values.map((value) => Number.parseInt(String(value), 10) % 7));
    const inFull = new Set(dayOfWeek.values.filter((value) => typeof value === 'number').map((value) => value % 7));
    const { nthDay } = dayOfWeek;
    const byDate = ({ date, last }: DayOfMonth): boolean =>
      days.has(date as never) || (dayOfMonth.hasLastChar && date === last);
    const byWeekday = ({ date, last, weekday }: DayOfMonth): boolean =>
      (inFull.has(weekday) && (nthDay <= 0 || Math.ceil(date / 7) === nthDay)) ||
      (dayOfWeek.hasLastChar && date > last - 7 && weekdays.has(weekday));
    this.eitherDay = !dayOfWeek.isWildcard && !dayOfMonth.isWildcard;
    if (dayOfWeek.isWildcard) this.#isMatch = byDate;
    else if (dayOfMonth.isWildcard) this.#isMatch = byWeekday;
    else this.#isMatch = (day) => byDate(day) || byWeekday(day);
  }

  /** In how many hours of a day it matches: 1 to 24. */
  get hoursOfDay(): number {
    return this.#hours.length;
  }

  /** The first match after a time, in milliseconds, both on that clock; null when there is none within fifty years. */
  after(time: number): number | null {
    const second = Math.floor(time / SECOND) + 1;
    const day = Math.floor(second / DAY_SECONDS);
    const within = this.#timeFrom(second - day * DAY_SECONDS);
    const found = this.#dayFrom(within === null ? day + 1 : day);
    if (found === null) return null;
    const seconds = found === day && within !== null ? within : this.#timeFrom(0);
    return seconds === null ? null : found * DAY + seconds * SECOND;
  }

  /** The first match at or after a second of the day. */
  #timeFrom(from: number): number | null {
    for (const hour of this.#hours) {
      if ((hour + 1) * 3_600 <= from) continue;
      for (const minute of this.#minutes) {
        const begin = hour * 3_600 + minute * 60;
        if (begin + 60 <= from) continue;
        for (const second of this.#seconds) if (begin + second >= from) return begin + second;
      }
    }
    return null;
  }

  /** The first day at or after one that matches, as a number of days since the epoch. */
  #dayFrom(from: number): number | null {
    const start = new Date(from * DAY);
    const year = start.getUTCFullYear();
    const month = start.getUTCMonth();
    for (let at = 0; at < MOST_MONTHS; at++) {
      if (!this.#months.has(((month + at) % 12) + 1)) continue;
      const first = Date.UTC(year, month + at, 1) / DAY;
      const last = Date.UTC(year, month + at + 1, 1) / DAY - first;
      for (let date = Math.max(1, from - first + 1); date <= last; date++) {
        // The epoch was a Thursday.
        const weekday = (((first + date - 1 + 4) % 7) + 7) % 7;
        if (this.#isMatch({ date, last, weekday })) return first + date - 1;
      }
    }
    return null;
  }
}

interface DayOfMonth {
  /** 1 to 31. */
  readonly date: number;
  /** How many days the month has. */
  readonly last: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}
