import { Fault } from '../errors.js';
import type { Evaluation } from '../evaluation.js';
import { finite } from '../exact/arithmetic.js';
import type { Numeric } from '../exact/exact-number.js';
import { TYPE } from '../value.js';
import { formatInstant, weekday } from './date-format.js';
import { instantOf, isoText } from './date-text.js';
import { type CalendarTime, fromCalendar, toCalendar, utcTime } from './date-zone.js';
import { type Helper, helper, number, oneOf, optional, text } from './helper.js';

const GROUP = 'Dates';
const moment = oneOf<string | Numeric>('date', TYPE.text | TYPE.number);
const zoneParam = optional(text('zone'));

/** Milliseconds of the units that are always equally long. */
const FIXED: ReadonlyMap<string, number> = new Map([
  ['millisecond', 1],
  ['second', 1000],
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
  ['week', 604_800_000],
]);
/** Units counted in the calendar of a zone. */
const CALENDAR = new Set(['day', 'week', 'month', 'quarter', 'year']);
const SHORT: ReadonlyMap<string, string> = new Map([
  ['ms', 'millisecond'],
  ['s', 'second'],
  ['min', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['y', 'year'],
]);

function unitOf(name: string): string {
  const lower = name.length > 16 ? '' : name.toLowerCase();
  const unit = SHORT.get(lower) ?? (lower.endsWith('s') ? lower.slice(0, -1) : lower);
  if (FIXED.has(unit) || CALENDAR.has(unit)) return unit;
  throw new Fault('E_VALUE', 'unknown unit of time', -1, -1, {
    hint: 'use milliseconds, seconds, minutes, hours, days, weeks, months, quarters or years',
  });
}

function currentTime(evaluation: Evaluation, name: string): number {
  const { now } = evaluation.options;
  if (now === undefined) {
    throw new Fault('E_VALUE', `${name}() has no clock here`, -1, -1, {
      hint: 'it works in the steps of a running workflow',
    });
  }
  if (typeof now === 'string') return instantOf(evaluation, now, 'UTC');
  return finite(now);
}

/** Adds months in the calendar; a day that the target month lacks becomes its last. */
function addMonths(time: CalendarTime, months: number): CalendarTime {
  const count = time.year * 12 + time.month - 1 + months;
  const year = Math.floor(count / 12);
  const month = (count % 12) + 1;
  const lastDay = new Date(utcTime({ ...time, year, month: month + 1, day: 0 })).getUTCDate();
  return { ...time, year, month, day: Math.min(time.day, lastDay) };
}

function add(evaluation: Evaluation, instant: number, amount: number, name: string, zone: string): number {
  const unit = unitOf(name);
  if (!CALENDAR.has(unit)) return instant + Math.round(finite(amount * (FIXED.get(unit) ?? 1)));
  if (!Number.isSafeInteger(amount) || Math.abs(amount) > 4_000_000) {
    throw new Fault('E_VALUE', `only a whole number of ${unit}s can be added`);
  }
  const time = toCalendar(evaluation, instant, zone);
  if (unit === 'day' || unit === 'week') {
    return fromCalendar(evaluation, { ...time, day: time.day + amount * (unit === 'week' ? 7 : 1) }, zone);
  }
  const months = amount * (unit === 'year' ? 12 : unit === 'quarter' ? 3 : 1);
  return fromCalendar(evaluation, addMonths(time, months), zone);
}

/** Whole months from `right` to `left`, towards zero. */
function monthsBetween(left: CalendarTime, right: CalendarTime): number {
  const months = (left.year - right.year) * 12 + left.month - right.month;
  const place = (time: CalendarTime): number =>
    (((time.day * 24 + time.hour) * 60 + time.minute) * 60 + time.second) * 1000 + time.millisecond;
  if (months > 0 && place(left) < place(right)) return months - 1;
  if (months < 0 && place(left) > place(right)) return months + 1;
  return months;
}

function startOf(evaluation: Evaluation, instant: number, name: string, zone: string): number {
  const unit = unitOf(name);
  const time = toCalendar(evaluation, instant, zone);
  if (!CALENDAR.has(unit) && unit !== 'hour') {
    const size = FIXED.get(unit) ?? 1;
    return Math.floor(instant / size) * size;
  }
  const midnight = { ...time, hour: 0, minute: 0, second: 0, millisecond: 0 };
  if (unit === 'hour') return fromCalendar(evaluation, { ...midnight, hour: time.hour }, zone);
  if (unit === 'day') return fromCalendar(evaluation, midnight, zone);
  if (unit === 'week') {
    // Weeks begin on Monday (ISO 8601).
    return fromCalendar(evaluation, { ...midnight, day: time.day - ((weekday(time) + 6) % 7) }, zone);
  }
  const month = unit === 'year' ? 1 : unit === 'quarter' ? time.month - ((time.month - 1) % 3) : time.month;
  return fromCalendar(evaluation, { ...midnight, day: 1, month }, zone);
}

const PARTS: ReadonlyMap<string, (time: CalendarTime) => number> = new Map([
  ['year', (time: CalendarTime) => time.year],
  ['quarter', (time: CalendarTime) => Math.ceil(time.month / 3)],
  ['month', (time: CalendarTime) => time.month],
  ['day', (time: CalendarTime) => time.day],
  ['weekday', (time: CalendarTime) => weekday(time) || 7],
  ['hour', (time: CalendarTime) => time.hour],
  ['minute', (time: CalendarTime) => time.minute],
  ['second', (time: CalendarTime) => time.second],
]);

export const dateHelpers: readonly Helper[] = [
  helper(GROUP, 'now', {
    params: [],
    returns: TYPE.text,
    doc: 'The time the step started, as an ISO 8601 text in UTC; the same at every use in the step and when it is replayed.',
    examples: [['now()', '"2025-03-01T12:00:00.000Z"']],
    needs: 'now',
    run: (evaluation) => isoText(currentTime(evaluation, 'now')),
  }),
  helper(GROUP, 'today', {
    params: [zoneParam],
    returns: TYPE.text,
    doc: 'The date of `now()` in a time zone (UTC by default): `YYYY-MM-DD`.',
    examples: [
      ['today()', '"2025-03-01"'],
      ["today('Pacific/Auckland')", '"2025-03-02"'],
    ],
    method: false,
    needs: 'now',
    run: (evaluation, zone = 'UTC') => formatInstant(evaluation, currentTime(evaluation, 'today'), 'YYYY-MM-DD', zone),
  }),
  helper(GROUP, 'date', {
    params: [moment, zoneParam],
    returns: TYPE.text,
    doc:
      'A date in the form that can be compared with `<` and `==`: ISO 8601 in UTC. Reads ISO 8601 (in the zone, UTC by ' +
      'default, if the text names none) and Unix times in seconds or milliseconds.',
    examples: [
      ["date('2025-07-01T09:00', 'Europe/Berlin')", '"2025-07-01T07:00:00.000Z"'],
      ['date(1740830400)', '"2025-03-01T12:00:00.000Z"'],
    ],
    run: (evaluation, value, zone = 'UTC') => isoText(instantOf(evaluation, value, zone)),
  }),
  helper(GROUP, 'formatDate', {
    params: [moment, text('format'), zoneParam],
    returns: TYPE.text,
    doc: 'A date as text by a format (see the list of parts below), in a time zone (UTC by default). Literal text is in `[ ]`.',
    examples: [
      [
        "formatDate('2025-03-01T23:30:00Z', 'dddd, D MMMM YYYY HH:mm', 'Europe/Berlin')",
        '"Sunday, 2 March 2025 00:30"',
      ],
    ],
    run: (evaluation, value, format, zone = 'UTC') =>
      formatInstant(evaluation, instantOf(evaluation, value, 'UTC'), format, zone),
  }),
  helper(GROUP, 'addTime', {
    params: [moment, number('amount'), text('unit'), zoneParam],
    returns: TYPE.text,
    doc: 'A date moved by an amount, also negative. Days and longer units keep the time of day in the zone (UTC by default).',
    examples: [
      ["addTime('2025-01-31', 1, 'month')", '"2025-02-28T00:00:00.000Z"'],
      ["now().addTime(-2, 'hours')", '"2025-03-01T10:00:00.000Z"'],
    ],
    run: (evaluation, value, amount, unit, zone = 'UTC') =>
      isoText(add(evaluation, instantOf(evaluation, value, zone), amount, unit, zone)),
  }),
  helper(GROUP, 'diff', {
    params: [moment, oneOf<string | Numeric>('other', TYPE.text | TYPE.number), text('unit')],
    returns: TYPE.number,
    doc: 'How far a date lies after another, negative if before; months and longer are whole numbers, shorter units exact.',
    examples: [
      ["diff('2025-03-02', '2025-03-01', 'hours')", '24'],
      ["diff('2025-03-01', '2024-01-15', 'months')", '13'],
    ],
    run: (evaluation, value, other, name) => {
      const unit = unitOf(name);
      const left = instantOf(evaluation, value, 'UTC');
      const right = instantOf(evaluation, other, 'UTC');
      const size = FIXED.get(unit);
      if (size !== undefined) return (left - right) / size;
      const months = monthsBetween(toCalendar(evaluation, left, 'UTC'), toCalendar(evaluation, right, 'UTC'));
      return Math.trunc(months / (unit === 'year' ? 12 : unit === 'quarter' ? 3 : 1)) + 0;
    },
  }),
  helper(GROUP, 'startOf', {
    params: [moment, text('unit'), zoneParam],
    returns: TYPE.text,
    doc: 'The first moment of the hour, day, week (from Monday), month, quarter or year of a date, in a zone (UTC by default).',
    examples: [["startOf('2025-03-01T12:00:00Z', 'week')", '"2025-02-24T00:00:00.000Z"']],
    run: (evaluation, value, unit, zone = 'UTC') =>
      isoText(startOf(evaluation, instantOf(evaluation, value, zone), unit, zone)),
  }),
  helper(GROUP, 'datePart', {
    params: [moment, text('part'), zoneParam],
    returns: TYPE.number,
    doc: 'A part of a date as a number: year, quarter, month, day, weekday (Monday is 1), hour, minute or second, in a zone.',
    examples: [["datePart('2025-03-01', 'weekday')", '6']],
    run: (evaluation, value, name, zone = 'UTC') => {
      const part = PARTS.get(name);
      if (part === undefined) {
        throw new Fault('E_VALUE', 'unknown part of a date', -1, -1, { hint: `use ${[...PARTS.keys()].join(', ')}` });
      }
      return part(toCalendar(evaluation, instantOf(evaluation, value, zone), zone));
    },
  }),
  helper(GROUP, 'toUnix', {
    params: [moment],
    returns: TYPE.number,
    doc: 'A date as whole seconds since 1970.',
    examples: [["toUnix('2025-03-01T12:00:00Z')", '1740830400']],
    run: (evaluation, value) => Math.floor(instantOf(evaluation, value, 'UTC') / 1000),
  }),
];
