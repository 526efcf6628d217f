import { Fault } from '../errors.js';
import type { Evaluation } from '../evaluation.js';

/** Calendar fields of an instant in some time zone. */
export interface CalendarTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

const UTC = 'UTC';
/** Each formatter holds some 100 kB, so only a few stay. */
const KEPT_ZONES = 24;
const LONGEST_ZONE = 64;
const zones = new Map<string, Intl.DateTimeFormat>();

function zoneFormat(evaluation: Evaluation, zone: string): Intl.DateTimeFormat {
  if (zone.length > LONGEST_ZONE) throw unknownZone();
  const known = zones.get(zone);
  if (known !== undefined) return known;
  evaluation.charge(1000);
  try {
    if (!/^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/.test(zone)) throw new RangeError('zone');
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    });
    if (zones.size >= KEPT_ZONES) zones.delete(zones.keys().next().value ?? '');
    zones.set(zone, format);
    return format;
  } catch {
    throw unknownZone();
  }
}

function unknownZone(): Fault {
  return new Fault('E_VALUE', 'unknown time zone', -1, -1, { hint: "use a name like 'Europe/Berlin' or 'UTC'" });
}

/** Milliseconds a zone is ahead of UTC at an instant. */
export function zoneOffset(evaluation: Evaluation, instant: number, zone: string): number {
  if (zone === UTC) return 0;
  const format = zoneFormat(evaluation, zone);
  evaluation.charge(30);
  const fields = new Map(format.formatToParts(instant).map((part) => [part.type, part.value]));
  const read = (name: Intl.DateTimeFormatPartTypes): number => Number(fields.get(name));
  const year = fields.get('era') === 'BC' ? 1 - read('year') : read('year');
  const second = Math.floor(instant / 1000) * 1000;
  const local = utcTime({
    year,
    month: read('month'),
    day: read('day'),
    hour: read('hour'),
    minute: read('minute'),
    second: read('second'),
    millisecond: 0,
  });
  return local - second;
}

/** `Date.UTC` without its reading of years below 100 as 19xx. */
export function utcTime(time: CalendarTime): number {
  const date = new Date(0);
  date.setUTCFullYear(time.year, time.month - 1, time.day);
  date.setUTCHours(time.hour, time.minute, time.second, time.millisecond);
  return date.getTime();
}

/** The calendar fields of an instant in a zone. */
export function toCalendar(evaluation: Evaluation, instant: number, zone: string): CalendarTime {
  const local = new Date(instant + zoneOffset(evaluation, instant, zone));
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    millisecond: local.getUTCMilliseconds(),
  };
}

/**
 * The instant of calendar fields in a zone. A time that a clock change skips is moved forward by the gap; of one that it
 * repeats, the first is taken.
 */
export function fromCalendar(evaluation: Evaluation, time: CalendarTime, zone: string): number {
  const local = utcTime(time);
  if (zone === UTC) return local;
  const before = zoneOffset(evaluation, local - 86_400_000, zone);
  const after = zoneOffset(evaluation, local + 86_400_000, zone);
  const first = local - before;
  if (before === after || zoneOffset(evaluation, first, zone) === before) return first;
  const second = local - after;
  return zoneOffset(evaluation, second, zone) === after ? second : first;
}
