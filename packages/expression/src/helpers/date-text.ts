import { Fault } from '../errors.js';
import type { Evaluation } from '../evaluation.js';
import { nearest } from '../exact/arithmetic.js';
import type { Numeric } from '../exact/exact-number.js';
import { fromCalendar, utcTime } from './date-zone.js';

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|z|[+-]\d{2}(?::?\d{2})?)?)?$/;

const FIRST = utcTime({ year: 1, month: 1, day: 1, hour: 0, minute: 0, second: 0, millisecond: 0 });
const LAST = utcTime({ year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59, millisecond: 999 });

/** Seconds and milliseconds since 1970 are distinguished by size: below, seconds reach the year 5138. */
const MILLISECONDS_FROM = 1e11;

/** Milliseconds since 1970 of an ISO 8601 text (read in `zone` if it names none) or a Unix time. @throws Fault E_VALUE */
export function instantOf(evaluation: Evaluation, value: string | Numeric, zone: string): number {
  if (typeof value !== 'string') {
    const time = nearest(value);
    return inRange(Math.abs(time) < MILLISECONDS_FROM ? Math.round(time * 1000) : Math.round(time));
  }
  const match = value.length > 64 ? null : ISO.exec(value.trim());
  if (match === null) throw notDate();
  const [, year = '', month = '', day = '', hour = '0', minute = '0', second = '0', fraction = '0', offset] = match;
  const time = {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    millisecond: Math.floor(Number(`0.${fraction}`) * 1000),
  };
  const local = utcTime(time);
  const back = new Date(local);
  const rolled = back.getUTCMonth() + 1 !== time.month || back.getUTCDate() !== time.day;
  if (time.hour > 23 || time.minute > 59 || time.second > 59 || rolled) throw notDate();
  if (offset === undefined) return inRange(fromCalendar(evaluation, time, zone));
  return inRange(local - offsetMilliseconds(offset));
}

function offsetMilliseconds(offset: string): number {
  if (offset === 'Z' || offset === 'z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(':', '') || '0');
  if (hours > 18 || minutes > 59) throw notDate();
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

function inRange(instant: number): number {
  if (instant >= FIRST && instant <= LAST) return instant;
  throw new Fault('E_VALUE', 'the date is outside of the years 1 to 9999');
}

function notDate(): Fault {
  return new Fault('E_VALUE', 'the value is not a date', -1, -1, {
    hint: 'dates are ISO 8601: 2025-03-01, 2025-03-01T09:30:00Z, 2025-03-01T09:30:00+01:00, or Unix seconds',
  });
}

/** An instant as dates are kept: `2025-03-01T09:30:00.000Z`. */
export function isoText(instant: number): string {
  return new Date(inRange(instant)).toISOString();
}
