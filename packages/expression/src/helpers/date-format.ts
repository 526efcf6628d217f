import { Fault } from '../errors.js';
import type { Evaluation } from '../evaluation.js';
import { type CalendarTime, toCalendar, zoneOffset } from './date-zone.js';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** What a token of a format is replaced by. */
interface Moment {
  readonly time: CalendarTime;
  readonly instant: number;
  /** Minutes ahead of UTC. */
  readonly offset: number;
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');
const hour12 = (moment: Moment): number => moment.time.hour % 12 || 12;

/** 0 (Sunday) to 6. */
export function weekday(time: CalendarTime): number {
  const date = new Date(0);
  date.setUTCFullYear(time.year, time.month - 1, time.day);
  return date.getUTCDay();
}

function offsetText(minutes: number, separator: string): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}${separator}${pad(size % 60, 2)}`;
}

const month = (moment: Moment): string => MONTHS[moment.time.month - 1] ?? '';
const day = (moment: Moment): string => DAYS[weekday(moment.time)] ?? '';

/** The closed list of tokens, with what each gives; also printed on the reference page. */
export const DATE_TOKENS: ReadonlyMap<string, readonly [doc: string, write: (moment: Moment) => string]> = new Map([
  ['YYYY', ['year, 4 digits', (moment: Moment) => pad(moment.time.year, 4)]],
  ['YY', ['year, 2 digits', (moment: Moment) => pad(moment.time.year % 100, 2)]],
  ['MMMM', ['month, English name', month]],
  ['MMM', ['month, 3 letters', (moment: Moment) => month(moment).slice(0, 3)]],
  ['MM', ['month, 2 digits', (moment: Moment) => pad(moment.time.month, 2)]],
  ['M', ['month', (moment: Moment) => String(moment.time.month)]],
  ['DD', ['day, 2 digits', (moment: Moment) => pad(moment.time.day, 2)]],
  ['D', ['day', (moment: Moment) => String(moment.time.day)]],
  ['dddd', ['weekday, English name', day]],
  ['ddd', ['weekday, 3 letters', (moment: Moment) => day(moment).slice(0, 3)]],
  ['HH', ['hour 00 to 23', (moment: Moment) => pad(moment.time.hour, 2)]],
  ['H', ['hour 0 to 23', (moment: Moment) => String(moment.time.hour)]],
  ['hh', ['hour 01 to 12', (moment: Moment) => pad(hour12(moment), 2)]],
  ['h', ['hour 1 to 12', (moment: Moment) => String(hour12(moment))]],
  ['mm', ['minute, 2 digits', (moment: Moment) => pad(moment.time.minute, 2)]],
  ['m', ['minute', (moment: Moment) => String(moment.time.minute)]],
  ['ss', ['second, 2 digits', (moment: Moment) => pad(moment.time.second, 2)]],
  ['s', ['second', (moment: Moment) => String(moment.time.second)]],
  ['SSS', ['millisecond, 3 digits', (moment: Moment) => pad(moment.time.millisecond, 3)]],
  ['A', ['AM or PM', (moment: Moment) => (moment.time.hour < 12 ? 'AM' : 'PM')]],
  ['a', ['am or pm', (moment: Moment) => (moment.time.hour < 12 ? 'am' : 'pm')]],
  ['ZZ', ['offset +0100', (moment: Moment) => offsetText(moment.offset, '')]],
  ['Z', ['offset +01:00', (moment: Moment) => offsetText(moment.offset, ':')]],
  ['X', ['Unix seconds', (moment: Moment) => String(Math.floor(moment.instant / 1000))]],
] as const);

/** Spellings of other tools for the same tokens. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['yyyy', 'YYYY'],
  ['yy', 'YY'],
  ['dd', 'DD'],
  ['d', 'D'],
  ['EEEE', 'dddd'],
  ['EEE', 'ddd'],
]);

const MAX_FORMAT = 200;

/** Writes an instant by a format of {@link DATE_TOKENS}; literal text is in `[ ]`. @throws Fault E_VALUE */
export function formatInstant(evaluation: Evaluation, instant: number, format: string, zone: string): string {
  if (format.length > MAX_FORMAT)
    throw new Fault('E_VALUE', `a date format has at most ${String(MAX_FORMAT)} characters`);
  evaluation.charge(format.length);
  const offset = Math.round(zoneOffset(evaluation, instant, zone) / 60_000);
  const moment: Moment = { time: toCalendar(evaluation, instant, zone), instant, offset };
  let result = '';
  // eslint-disable-next-line regexp/no-super-linear-move -- quadratic in the format's length, which is at most MAX_FORMAT
  for (const [piece] of format.matchAll(/\[[^\]]*\]|([A-Za-z])\1*|[^A-Za-z]/g)) {
    result += /[A-Za-z]/.test(piece.charAt(0)) ? token(piece, moment) : piece.startsWith('[') ? inner(piece) : piece;
  }
  return result;
}

function inner(piece: string): string {
  return piece.length > 1 ? piece.slice(1, -1) : piece;
}

function token(name: string, moment: Moment): string {
  const found = DATE_TOKENS.get(ALIASES.get(name) ?? name);
  if (found !== undefined) return found[1](moment);
  throw new Fault('E_VALUE', 'the date format has an unknown part', -1, -1, {
    hint: `use ${[...DATE_TOKENS.keys()].join(' ')}; put text in [brackets]`,
  });
}
