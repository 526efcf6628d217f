import { cronFieldProblems, longSteps, unevenSteps } from './cron-fields.js';
import { CronMatches } from './cron-matches.js';
import { FIELD_LIMITS } from './limits.js';
import type { DocumentPath, Report } from './problem.js';

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

/**
 * Reports an invalid cron expression, and one that never comes due; warns of one whose days may not be meant so. Five or six fields,
 * names of months and days, or a macro.
 */
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
      hint: (suggest) => hintForEvery(text) ?? suggest(text, MACROS) ?? `Known: ${[...MACROS].join(', ')}.`,
    });
    return;
  }
  const zone = /^(?:CRON_)?TZ=(\S+)/i.exec(text)?.[1];
  if (zone !== undefined) {
    const hint = `Put it beside "cron": "timezone": "${zone}".`;
    report({ code: 'invalid_cron', at, message: 'a cron expression has no time zone in it', hint });
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
  checkFields(text, fields, at, report);
}

/** Other programs have periods as expressions. */
function hintForEvery(text: string): string | undefined {
  const period = /^@every\s+(\S+)$/i.exec(text)?.[1];
  if (period !== undefined) return `Write "interval": "${period}" in the place of "cron".`;
  return /^@every_?day$/i.test(text) ? 'Did you mean "@daily"?' : undefined;
}

function checkFields(text: string, fields: readonly string[], at: DocumentPath, report: Report): void {
  let matches;
  try {
    matches = new CronMatches(text);
  } catch {
    const problems = cronFieldProblems(fields);
    for (const problem of problems) report({ code: 'invalid_cron', at, ...problem });
    // Each field is right by itself: its day is in none of its months.
    if (problems.length === 0) reportNever(text, at, report);
    return;
  }
  for (const { message, hint } of longSteps(fields))
    report({ severity: 'warning', code: 'cron_long_step', at, message, hint });
  for (const { message, hint } of unevenSteps(fields))
    report({ severity: 'warning', code: 'cron_uneven_step', at, message, hint });
  if (matches.after(REFERENCE_DATE) === null) reportNever(text, at, report);
  else if (matches.eitherDay) reportEither(fields, at, report);
}

function reportNever(text: string, at: DocumentPath, report: Report): void {
  report({
    code: 'cron_never',
    at,
    message: `"${text}" never comes due`,
    hint: 'The day does not exist in any of the months.',
  });
}

/** Every cron reads it so, and hardly anybody expects it. */
function reportEither(fields: readonly string[], at: DocumentPath, report: Report): void {
  const [date = '', , weekday = ''] = fields.slice(-3);
  report({
    severity: 'warning',
    code: 'cron_either_day',
    at,
    message: `it is due on the day of month "${date}" and on the day of week "${weekday}": either of them is enough`,
    hint: 'To have one, write "*" for the other. One weekday of a month is "MON#1" (the first Monday) or "5L" (the last Friday) with "*" as the day of month.',
  });
}
