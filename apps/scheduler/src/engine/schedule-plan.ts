import { LIMITS } from '@millrace/contracts';
import { parseJson } from '@millrace/expression/exact';
import { parseDuration, triggerDefinitions, type TriggerConfigOf } from '@millrace/schema';
import { LRUCache } from 'lru-cache';
import { jitterOf } from '../calendar/jitter.js';
import { Timetable } from '../calendar/timetable.js';
import type { CursorAddress } from './cursor.js';
import type { CatchUp } from './decide.js';

/** When it is due, as people write it. */
interface ShownTimes {
  readonly cron: string | null;
  readonly interval: string | number | null;
  readonly timezone: string;
}

/** What is kept in memory of a schedule's config: all but its input, which is read when something starts. There are many of them: each takes some hundred bytes. */
export class SchedulePlan implements CatchUp {
  readonly times: Timetable;
  readonly policy: CatchUp['policy'];
  readonly windowMs: number;
  readonly mostJitterMs: number;
  readonly overlap: TriggerConfigOf<'schedule'>['overlap'];
  readonly shown: ShownTimes;
  /** Starts that a start by it counts as, in the pace of its organisation. */
  readonly countsAs: number;

  /** Throws for an expression or a zone that only another version knows. */
  constructor(
    private readonly of: Pick<CursorAddress, 'workflow_id' | 'index'>,
    config: TriggerConfigOf<'schedule'>,
    /** Since when the schedule is as it is. */
    readonly since: string,
    /** Of its config as it is published: little of it is not the input. */
    characters: number,
  ) {
    this.times = new Timetable(config);
    this.policy = config.catch_up;
    this.windowMs = parseDuration(config.catch_up_window) ?? 0;
    this.mostJitterMs = parseDuration(config.jitter ?? 0) ?? 0;
    this.overlap = config.overlap;
    this.shown = shownTimes(config);
    this.countsAs = Math.max(1, Math.ceil(characters / LIMITS.scheduledStartCharacters));
  }

  jitter(nominal: number): number {
    return jitterOf(`${this.of.workflow_id}.${this.of.index}`, nominal, this.mostJitterMs);
  }
}

/** Schedules that are due at the same times show the same object. */
const shown = new LRUCache<string, ShownTimes>({ max: 1_000 });

function shownTimes({ cron, interval, timezone }: TriggerConfigOf<'schedule'>): ShownTimes {
  const made = { cron: cron ?? null, interval: interval ?? null, timezone };
  const key = JSON.stringify(made);
  const known = shown.get(key);
  if (known !== undefined) return known;
  shown.set(key, made);
  return made;
}

/** The plan of a schedule, or null when this version cannot read its config. */
export function planOf(
  of: Pick<CursorAddress, 'workflow_id' | 'index'>,
  config: string,
  since: string,
): SchedulePlan | null {
  const parsed = configOf(config);
  if (parsed === null) return null;
  try {
    return new SchedulePlan(of, parsed, since, config.length);
  } catch {
    return null;
  }
}

/** The config of a schedule with its defaults, or null when this version cannot read it. */
export function configOf(text: string): TriggerConfigOf<'schedule'> | null {
  const parsed = triggerDefinitions.schedule.config.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}
