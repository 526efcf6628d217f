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

/** Reports a time zone that is no IANA name. Offsets such as `+01:00` are none: they know no summer time. */
export function checkTimezone(name: string, at: DocumentPath, report: Report): void {
  if (/^[A-Za-z]/.test(name) && isKnownZone(name)) return;
  report({
    code: 'unknown_timezone',
    at,
    message: `"${name}" is not a known time zone`,
    hint: (suggest) => hintForZone(name, suggest) ?? 'Use an IANA name such as "Europe/Berlin", or "UTC".',
  });
}

function hintForZone(name: string, suggest: Suggest): string | undefined {
  if (name.length > FIELD_LIMITS.timezoneLength) return undefined;
  const zones = Intl.supportedValuesOf('timeZone');
  const ending = `/${name.toLowerCase().replace(/ /g, '_')}`;
  const city = zones.find((zone) => zone.toLowerCase().endsWith(ending));
  return city ? `Did you mean "${city}"?` : suggest(name, zones);
}

function isKnownZone(name: string): boolean {
  if (name.length > FIELD_LIMITS.timezoneLength) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
