import { CronMatches } from './cron-matches.js';
import { parseDuration } from './duration.js';
import { FIELD_LIMITS, SCHEDULE_LIMITS } from './limits.js';
import type { DocumentPath, Report } from './problem.js';
import type { Suggest } from './suggest.js';

const MACROS = new Set([
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
  '@minutely',
  '@secondly',
  '@weekdays',
  '@weekends',
]);

/** A fixed moment shortly before a 29th of February, so that the same expression always gets the same answer. */
const REFERENCE_DATE = Date.parse('2024-01-01T00:00:00Z');

/** Reports what is wrong with a schedule trigger's cron expression and time zone. */
export function checkSchedule(config: Readonly<Record<string, unknown>>, at: DocumentPath, report: Report): void {
  const { cron, timezone } = config;
  if (typeof timezone === 'string') checkTimezone(timezone, [...at, 'timezone'], report);
  if (typeof cron === 'string') checkCron(cron, [...at, 'cron'], report);
  checkBounds(config, at, report);
  checkPeriod(config, at, report);
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

/** Reports an end that is not after the start. */
function checkPeriod({ start_at, end_at }: Readonly<Record<string, unknown>>, at: DocumentPath, report: Report): void {
  if (typeof start_at !== 'string' || typeof end_at !== 'string') return;
  if (!(Date.parse(end_at) <= Date.parse(start_at))) return;
  report({ code: 'invalid_value', at: [...at, 'end_at'], message: 'the end of a schedule comes after its start' });
}

/** Reports an invalid cron expression, and one that never comes due. Five or six fields, names of months and days, or a macro. */
export function checkCron(cron: string, at: DocumentPath, report: Report): void {
  if (cron.length > FIELD_LIMITS.cronLength) {
    const message = `must have at most ${FIELD_LIMITS.cronLength} characters`;
    report({ code: 'invalid_cron', at, message });
    return;
  }
  const text = cron.trim();
  const fields = text.split(/\s+/);
  if (text.startsWith('@')) {
    if (MACROS.has(text)) return;
    report({
      code: 'invalid_cron',
      at,
      message: `"${text}" is not a known schedule`,
      hint: (suggest) => suggest(text, MACROS) ?? `Known: ${[...MACROS].join(', ')}.`,
    });
    return;
  }
  if (fields.length !== 5 && fields.length !== 6) {
    report({
      code: 'invalid_cron',
      at,
      message: `a cron expression has five or six fields, this one has ${text === '' ? 0 : fields.length}`,
      hint: 'Minute, hour, day of month, month, day of week; with seconds in front if there are six. E.g. "0 9 * * MON-FRI".',
    });
    return;
  }
  if (/(^|[\s,])H(?![A-Za-z])/i.test(text)) {
    const hint = 'Write the minute you want, e.g. "14 * * * *".';
    report({ code: 'invalid_cron', at, message: '"H" (a value chosen at random) is not supported', hint });
    return;
  }
  let matches;
  try {
    matches = new CronMatches(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (reason.includes('explicit day of month')) {
      reportNever(text, at, report);
      return;
    }
    report({
      code: 'invalid_cron',
      at,
      message: `the cron expression is not valid: ${reason}`,
      hint: 'E.g. "0 9 * * MON-FRI": at 9:00 from Monday to Friday.',
    });
    return;
  }
  if (matches.after(REFERENCE_DATE) === null) reportNever(text, at, report);
}

function reportNever(text: string, at: DocumentPath, report: Report): void {
  report({
    code: 'cron_never',
    at,
    message: `"${text}" never comes due`,
    hint: 'The day does not exist in any of the months.',
  });
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
