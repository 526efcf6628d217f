import { LIMITS, shortened } from '@millrace/contracts';
import { CronMatches, parseDuration } from '@millrace/schema';

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
  ['millisecond', 1],
] as const;

/** Macros that cRonstrue does not know, as fields. */
const MACROS: ReadonlyMap<string, string> = new Map([
  ['@weekdays', '0 0 * * 1-5'],
  ['@weekends', '0 0 * * 0,6'],
  ['@minutely', '* * * * *'],
  ['@secondly', '* * * * * *'],
]);

/** How many values the fields of an expression have; one of five fields has no seconds. */
const SIZES = [60, 60, 24, 31, 12, 7];

/** A cron expression, or an interval, in English words. Null where there are none. */
export async function describedSchedule(schedule: {
  cron?: string | undefined;
  interval?: string | number | undefined;
}): Promise<string | null> {
  const { cron, interval } = schedule;
  if (cron !== undefined) return describedCron(cron);
  const milliseconds = interval === undefined ? null : parseDuration(interval);
  return milliseconds === null || milliseconds === undefined ? null : describedInterval(milliseconds);
}

/** What {@link https://github.com/bradymholt/cRonstrue cRonstrue} says; loaded when it is first needed, since only previews are. */
async function describedCron(cron: string): Promise<string | null> {
  // It would be "every 61 minutes" of what runs once an hour.
  if (hasStepOverWholeField(cron)) return null;
  const { default: cronstrue } = await import('cronstrue');
  const say = (expression: string): string => cronstrue.toString(expression, { use24HourTimeFormat: true });
  try {
    const fields = MACROS.get(cron.trim()) ?? cron.trim();
    return shortened(
      isEitherDay(fields) ? eitherDay(fields, say) : say(fields),
      LIMITS.scheduleDescriptionCharacters - 1,
    );
  } catch {
    // It knows fewer forms than we take.
    return null;
  }
}

function isEitherDay(cron: string): boolean {
  return !cron.startsWith('@') && new CronMatches(cron).eitherDay;
}

/** cRonstrue says "and" between a day of month and a day of week, of which either is enough. */
function eitherDay(cron: string, say: (expression: string) => string): string {
  const fields = cron.split(/\s+/);
  const [date = '*', month = '*', weekday = '*'] = fields.slice(-3);
  const time = fields.slice(0, -3).join(' ');
  const said = (days: string): string => say(`${time} ${days}`).slice(say(`${time} * * *`).length);
  const words = (days: string): string => said(days).replace(/^, (?:only )?/, '');
  return `${say(`${time} * * *`)}, ${words(`${date} * *`)} or ${words(`* * ${weekday}`)}${said(`* ${month} *`)}`;
}

function hasStepOverWholeField(cron: string): boolean {
  const fields = cron.trim().split(/\s+/);
  const sizes = SIZES.slice(-fields.length);
  return fields.some((field, index) =>
    field.split(',').some((part) => Number(part.split('/')[1] ?? 0) >= (sizes[index] ?? Infinity)),
  );
}

function describedInterval(milliseconds: number): string {
  const parts: string[] = [];
  let left = milliseconds;
  for (const [name, unit] of UNITS) {
    const count = Math.floor(left / unit);
    if (count > 0) parts.push(`${count} ${name}${count === 1 ? '' : 's'}`);
    left -= count * unit;
  }
  const [only = ''] = parts;
  if (parts.length === 1 && only.startsWith('1 ')) return `Every ${only.slice(2)}`;
  return `Every ${parts.join(' ')}`;
}
