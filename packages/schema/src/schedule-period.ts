import { CronMatches } from './cron-matches.js';
import { parseDuration } from './duration.js';
import type { DocumentPath, Report } from './problem.js';

const HOUR_MS = 3_600_000;

type Config = Readonly<Record<string, unknown>>;

/** Milliseconds since the epoch; both ends belong to it. */
interface Period {
  readonly from: number;
  readonly to: number;
}

/** Reports an end that is not after the start, and warns of a schedule that starts nothing from `now` on, if that is known. */
export function checkPeriod(config: Config, at: DocumentPath, report: Report, now: number | undefined): void {
  const { start_at, end_at } = config;
  if (typeof end_at !== 'string') return;
  const end = Date.parse(end_at);
  const start = typeof start_at === 'string' ? Date.parse(start_at) : -Infinity;
  const place = [...at, 'end_at'];
  if (end <= start) {
    report({ code: 'invalid_value', at: place, message: 'the end of a schedule comes after its start' });
    return;
  }
  if (now === undefined || !isOver(config, { from: Math.max(now, start), to: end })) return;
  report({
    severity: 'warning',
    code: 'schedule_over',
    at: place,
    message:
      end <= now
        ? `"${end_at}" is over: the schedule starts nothing`
        : `no time of the schedule is left until "${end_at}": it starts nothing`,
    hint: 'Give a later "end_at", or leave it out. A backfill starts what was due before.',
  });
}

/** Whether no time of a schedule is in a period. False where that cannot be told, for what is wrong is reported elsewhere. */
function isOver({ cron, interval, timezone, start_at }: Config, { from, to }: Period): boolean {
  if (Number.isNaN(from) || Number.isNaN(to)) return false;
  if (to < from) return true;
  if (typeof cron === 'string') return isCronOver(cron, typeof timezone === 'string' ? timezone : 'UTC', { from, to });
  const everyMs = parseDuration(interval);
  if (everyMs === null || everyMs <= 0) return false;
  const phase = typeof start_at === 'string' ? Date.parse(start_at) : 0;
  return phase + Math.ceil((from - phase) / everyMs) * everyMs > to;
}

function isCronOver(cron: string, timezone: string, { from, to }: Period): boolean {
  try {
    const matches = new CronMatches(cron.trim() === '@midnight' ? '@daily' : cron.trim());
    const clock = clockOf(timezone);
    // What clocks skip or repeat moves a time by this at most.
    const isChanged = offsetsDiffer(clock, from) || offsetsDiffer(clock, to);
    const spare = isChanged ? 3 * HOUR_MS : 0;
    const first = matches.after(clock(from) - 1 - spare);
    return first !== null && first > clock(to) + spare;
  } catch {
    return false;
  }
}

function offsetsDiffer(clock: (instant: number) => number, around: number): boolean {
  const [before, after] = [around - 3 * HOUR_MS, around + 3 * HOUR_MS];
  return clock(before) - before !== clock(after) - after;
}

/** What the clocks of a zone show at an instant, as the instant at which they would show it in UTC. Throws for what is no zone. */
function clockOf(timeZone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  return (instant) => {
    const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
}
