import { isIPv4, isIPv6 } from 'node:net';
import type { RESPONSE_SCHEMA_FORMATS } from '@millrace/schema';

/** Characters of an address of e-mail (RFC 5321, 4.5.3.1), without the brackets around it. */
const LONGEST_EMAIL = 254;
const LONGEST_LOCAL_PART = 64;

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:z|([+-])(\d{2}):(\d{2}))$/i;
const DATE_LENGTH = 'YYYY-MM-DD'.length;
const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const URI = /^[a-z][a-z0-9+.-]*:(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[0-9a-f]{2})*$/i;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const MINUTES_OF_DAY = 24 * 60;

/**
 * Whether a text has a `format` of JSON Schema. Each takes a time in proportion to the length of the text, whoever has written it: no expression here can
 * match the same characters in two ways.
 */
export const answerFormats: Readonly<Record<(typeof RESPONSE_SCHEMA_FORMATS)[number], (text: string) => boolean>> = {
  date: isDate,
  'date-time': (text) => /t/i.test(text.charAt(DATE_LENGTH)) && isDate(text.slice(0, DATE_LENGTH)) && isTime(text.slice(DATE_LENGTH + 1)), // prettier-ignore
  time: isTime,
  email: isEmail,
  uri: (text) => URI.test(text) && URL.canParse(text),
  uuid: (text) => UUID.test(text),
  ipv4: isIPv4,
  // Without the zone, which only has a meaning on one machine.
  ipv6: (text) => isIPv6(text) && !text.includes('%'),
};

/** RFC 3339, `full-date`. */
function isDate(text: string): boolean {
  const [, year, month, day] = (DATE.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  return last !== undefined && day >= 1 && day <= last;
}

/** RFC 3339, `full-time`: with the offset. */
function isTime(text: string): boolean {
  const found = TIME.exec(text);
  if (found === null) return false;
  const [hour = 0, minute = 0, second = 0] = found.slice(1, 4).map(Number);
  const [offsetHour = 0, offsetMinute = 0] = found.slice(5, 7).map((part) => Number(part ?? 0));
  if (hour > 23 || minute > 59 || offsetHour > 23 || offsetMinute > 59) return false;
  if (second < 60) return true;
  // A leap second ends the day of UTC.
  const offset = (offsetHour * 60 + offsetMinute) * (found[4] === '-' ? -1 : 1);
  const minuteOfDay = (hour * 60 + minute - offset + 2 * MINUTES_OF_DAY) % MINUTES_OF_DAY;
  return second === 60 && minuteOfDay === MINUTES_OF_DAY - 1;
}

function isEmail(text: string): boolean {
  if (text.length > LONGEST_EMAIL) return false;
  const at = text.lastIndexOf('@');
  const [local, host] = [text.slice(0, Math.max(0, at)), text.slice(at + 1)];
  if (local.length > LONGEST_LOCAL_PART || !LOCAL_PART.test(local)) return false;
  return host.split('.').every((label) => HOST_LABEL.test(label));
}
