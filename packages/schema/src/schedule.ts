import type { CheckContext } from './check-context.js';
import { checkCron } from './cron.js';
import { parseDuration } from './duration.js';
import { FIELD_LIMITS, SCHEDULE_LIMITS } from './limits.js';
import type { DocumentPath, Report } from './problem.js';
import { checkPeriod } from './schedule-period.js';
import type { Suggest } from './suggest.js';

/** Reports what is wrong with the times of a schedule trigger. */
export function checkSchedule(
  config: Readonly<Record<string, unknown>>,
  at: DocumentPath,
  report: Report,
  { now }: Pick<CheckContext, 'now'>,
): void {
  const { cron, timezone } = config;
  if (typeof timezone === 'string') checkTimezone(timezone, [...at, 'timezone'], report);
  if (typeof cron === 'string') checkCron(cron, [...at, 'cron'], report);
  checkBounds(config, at, report);
  checkPeriod(config, at, report, now);
}

/** Reports durations that are too short or too long for a schedule. */
function checkBounds(config: Readonly<Record<string, unknown>>, at: DocumentPath, report: Report): void {
  const { intervalMs, jitterMs, catchUpWindowMs } = SCHEDULE_LIMITS;
  const bounds: [field: string, least: number, most: number, message: string][] = [
    ['interval', intervalMs, Infinity, 'an interval is at least one second'],
    ['jitter', 0, jitterMs, 'jitter is at most one hour'],
    ['catch_up_window', 0, catchUpWindowMs, 'missed starts are caught up for at most a day'],
  ];
  for (const [field, least, most, message] of bounds) {
    const value = parseDuration(config[field]);
    if (value === null || (value >= least && value <= most)) continue;
    report({ code: 'invalid_value', at: [...at, field], message });
  }
}

/**
 * Reports a time zone that is no IANA name; warns of an abbreviation, which is taken for one of the zones that are called so. Offsets such as
 * `+01:00` are none: they know no summer time.
 */
export function checkTimezone(name: string, at: DocumentPath, report: Report): void {
  const zone = /^[A-Za-z]/.test(name) ? zoneOf(name) : undefined;
  if (zone === undefined) {
    report({
      code: 'unknown_timezone',
      at,
      message: `"${name}" is not a known time zone`,
      hint: (suggest) => hintForZone(name, suggest) ?? 'Use an IANA name such as "Europe/Berlin", or "UTC".',
    });
  } else if (/^[a-z]{3}$/i.test(name) && zone !== 'UTC') {
    report({
      severity: 'warning',
      code: 'timezone_abbreviation',
      at,
      message: `"${name}" is an abbreviation, which may mean several zones: it is taken for ${zone}`,
      hint: `Name the place whose time and summer time you mean, e.g. "America/New_York"; to keep this zone, write "${zone}".`,
    });
  }
}

function hintForZone(name: string, suggest: Suggest): string | undefined {
  if (name.length > FIELD_LIMITS.timezoneLength) return undefined;
  const zones = Intl.supportedValuesOf('timeZone');
  const ending = `/${name.toLowerCase().replace(/ /g, '_')}`;
  const city = zones.find((zone) => zone.toLowerCase().endsWith(ending));
  if (city !== undefined) return `Did you mean "${city}"?`;
  return hintForOffset(name) ?? suggest(name, zones);
}

/** The names of zones with an offset count it the other way round: that of `UTC+2` is `Etc/GMT-2`. */
function hintForOffset(name: string): string | undefined {
  const [, sign, hours = ''] = /^(?:GMT|UTC)?([+-])0?(\d{1,2})(?::?00)?$/i.exec(name.trim()) ?? [];
  const zone = `Etc/GMT${sign === '+' ? '-' : '+'}${hours}`;
  if (sign === undefined || zoneOf(zone) === undefined) return undefined;
  return `Name a place, whose summer time counts, such as "Europe/Berlin"; the same offset all year is "${zone}".`;
}

/** The name in full of a zone that is known by that name; undefined where there is none. */
function zoneOf(name: string): string | undefined {
  if (name.length > FIELD_LIMITS.timezoneLength) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
