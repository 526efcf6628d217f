const MINUTE = 60_000;

/** A cron expression as the walker understands it: which local times match, and which rules of changed clocks it is under. */
export interface WalkedExpression {
  readonly cron: string;
  readonly matches: (local: Date) => boolean;
  /** The hour is left open: what the clocks skip is not made up for. */
  readonly anyHour: boolean;
  /** Minute or hour are left open: what the clocks show twice counts twice. */
  readonly elapsed: boolean;
}

const minute = (local: Date) => local.getUTCMinutes();
const hour = (local: Date) => local.getUTCHours();
const weekday = (local: Date) => local.getUTCDay();
const day = (local: Date) => local.getUTCDate();

/** Twelve expressions of the kinds that changed clocks treat differently. */
export const EXPRESSIONS: readonly WalkedExpression[] = [
  {
    cron: '30 2 * * *',
    matches: (at) => minute(at) === 30 && hour(at) === 2,
    anyHour: false,
    elapsed: false,
  },
  { cron: '15 2 * * *', matches: (at) => minute(at) === 15 && hour(at) === 2, anyHour: false, elapsed: false },
  { cron: '45 1 * * *', matches: (at) => minute(at) === 45 && hour(at) === 1, anyHour: false, elapsed: false },
  { cron: '30 0 * * *', matches: (at) => minute(at) === 30 && hour(at) === 0, anyHour: false, elapsed: false },
  { cron: '@daily', matches: (at) => minute(at) === 0 && hour(at) === 0, anyHour: false, elapsed: false },
  {
    cron: '0 0-23/2 * * *',
    matches: (at) => minute(at) === 0 && hour(at) % 2 === 0,
    anyHour: false,
    elapsed: false,
  },
  { cron: '0 */2 * * *', matches: (at) => minute(at) === 0 && hour(at) % 2 === 0, anyHour: true, elapsed: true },
  { cron: '0 * * * *', matches: (at) => minute(at) === 0, anyHour: true, elapsed: true },
  { cron: '*/15 * * * *', matches: (at) => minute(at) % 15 === 0, anyHour: true, elapsed: true },
  { cron: '*/30 2 * * *', matches: (at) => minute(at) % 30 === 0 && hour(at) === 2, anyHour: false, elapsed: true },
  {
    cron: '30 1,2,23 * * SAT,SUN',
    matches: (at) => minute(at) === 30 && [1, 2, 23].includes(hour(at)) && [0, 6].includes(weekday(at)),
    anyHour: false,
    elapsed: false,
  },
  {
    cron: '0 3 1-7,25-31 * *',
    matches: (at) => minute(at) === 0 && hour(at) === 3 && (day(at) <= 7 || day(at) >= 25),
    anyHour: false,
    elapsed: false,
  },
];

const month = (local: Date) => local.getUTCMonth();
const atMidnight = (local: Date) => minute(local) === 0 && hour(local) === 0;
const byDays = (cron: string, isDay: (local: Date) => boolean): WalkedExpression => ({
  cron,
  matches: (at) => atMidnight(at) && isDay(at),
  anyHour: false,
  elapsed: false,
});

/** The macros: those of days are at midnight, which some zones skip or show twice, and the others leave minute and hour open. */
export const MACROS: readonly WalkedExpression[] = [
  byDays('@yearly', (at) => month(at) === 0 && day(at) === 1),
  byDays('@annually', (at) => month(at) === 0 && day(at) === 1),
  byDays('@monthly', (at) => day(at) === 1),
  byDays('@weekly', (at) => weekday(at) === 0),
  byDays('@weekdays', (at) => weekday(at) >= 1 && weekday(at) <= 5),
  byDays('@weekends', (at) => [0, 6].includes(weekday(at))),
  byDays('@midnight', () => true),
  { cron: '@hourly', matches: (at) => minute(at) === 0, anyHour: true, elapsed: true },
  { cron: '@minutely', matches: () => true, anyHour: true, elapsed: true },
];

/** The clocks of a zone, read in another way than the code under test reads them. */
export function clockOf(zone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  return (instant) => {
    const name = format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours, minutes] = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? [];
    if (sign === undefined) return instant;
    const size = (Number(hours) * 60 + Number(minutes)) * MINUTE;
    return instant + (sign === '-' ? -size : size);
  };
}

/** The instants between 2024 and 2030 at which the clocks of a zone are changed, by looking at every twelfth hour and then at every minute. */
export function changesOf(zone: string, from = Date.UTC(2024, 0, 1), to = Date.UTC(2031, 0, 1)): number[] {
  const clock = clockOf(zone);
  const step = 12 * 60 * MINUTE;
  const changes: number[] = [];
  for (let at = from; at < to; at += step) {
    if (clock(at) - at === clock(at + step) - (at + step)) continue;
    let found = at + MINUTE;
    while (clock(found) - found === clock(at) - at) found += MINUTE;
    changes.push(found);
  }
  return changes;
}

/** Walks from minute to minute and notes when each expression is due, by the rules of docs/schedules.md and nothing else. */
export function walk(expressions: readonly WalkedExpression[], zone: string, from: number, to: number): number[][] {
  const clock = clockOf(zone);
  // What clocks have shown before the walk begins counts as shown.
  let latest = -Infinity;
  for (let at = from - 24 * 60 * MINUTE; at < from; at += MINUTE) latest = Math.max(latest, clock(at));
  let previous = clock(from - MINUTE);
  const due = expressions.map((): number[] => []);
  for (let at = from; at < to; at += MINUTE) {
    const local = clock(at);
    for (const [place, { matches, anyHour, elapsed }] of expressions.entries()) {
      let isDue = matches(new Date(local)) && (elapsed || local > latest);
      for (let skipped = previous + MINUTE; skipped < local && !anyHour; skipped += MINUTE)
        isDue ||= matches(new Date(skipped));
      if (isDue) due[place]?.push(at);
    }
    latest = Math.max(latest, local);
    previous = local;
  }
  return due;
}
