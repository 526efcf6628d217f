import { parseJson } from '@millrace/expression/exact';
import { parseDuration, triggerDefinitions, type TriggerConfigOf } from '@millrace/schema';
import { jitterOf } from '../calendar/jitter.js';
import { Timetable } from '../calendar/timetable.js';
import type { CatchUp } from './decide.js';

/** What is kept in memory of a schedule's config: all but its input, which is read when something starts. */
export interface SchedulePlan extends CatchUp {
  /** Since when the schedule is as it is. */
  readonly since: string;
  readonly overlap: TriggerConfigOf<'schedule'>['overlap'];
  readonly shown: {
    readonly cron: string | null;
    readonly interval: string | number | null;
    readonly timezone: string;
  };
}

/** The plan of a schedule, or null when this version cannot read its config. */
export function planOf(id: string, config: string, since: string): SchedulePlan | null {
  const parsed = configOf(config);
  if (parsed === null) return null;
  const mostJitterMs = parseDuration(parsed.jitter ?? 0) ?? 0;
  try {
    return {
      since,
      times: new Timetable(parsed),
      policy: parsed.catch_up,
      windowMs: parseDuration(parsed.catch_up_window) ?? 0,
      jitter: (nominal) => jitterOf(id, nominal, mostJitterMs),
      mostJitterMs,
      overlap: parsed.overlap,
      shown: { cron: parsed.cron ?? null, interval: parsed.interval ?? null, timezone: parsed.timezone },
    };
  } catch {
    // An expression or a zone that only another version knows.
    return null;
  }
}

/** The config of a schedule with its defaults, or null when this version cannot read it. */
export function configOf(text: string): TriggerConfigOf<'schedule'> | null {
  const parsed = triggerDefinitions.schedule.config.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}
