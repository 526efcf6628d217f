import { LIMITS, shortened } from '@millrace/contracts';
import { parseDuration } from '@millrace/schema';

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
  ['millisecond', 1],
] as const;

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
  try {
    const text = cronstrue.toString(cron, { use24HourTimeFormat: true });
    return shortened(text, LIMITS.scheduleDescriptionCharacters - 1);
  } catch {
    // It knows fewer forms than we take.
    return null;
  }
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
