import type { ScheduleSnapshotValue } from '@millrace/contracts';
import type { StoredRecord } from '@millrace/messaging';
import type { Cursor, CursorAddress } from './cursor.js';
import type { Due } from './due-heap.js';
import { planOf, type SchedulePlan } from './schedule-plan.js';

/** The execution whose end a schedule waits for. */
export interface AwaitedEnd {
  readonly executionId: string;
  /** When history is asked again, in milliseconds since the epoch. */
  askAt: number;
  /** For how long it is not asked after that. */
  pauseMs: number;
}

/** A schedule as this process knows it. */
export interface ScheduleEntry extends Due {
  readonly address: CursorAddress;
  readonly plan: SchedulePlan;
  /** Why nothing is started by it, or null. */
  readonly stopped: 'paused' | 'inactive' | null;
  /** As it was last read or written here; null when there was none, undefined when it has to be read. */
  cursor: StoredRecord<Cursor> | null | undefined;
  /** The execution whose end it waits for; see {@link ExecutionEnds}. */
  awaits: AwaitedEnd | undefined;
  /** Another entry has taken its place, or none. */
  gone: boolean;
}

/** The schedules that a workflow has by its snapshot. Those that say what they said are the `former` ones; what cannot be read is left out. */
export function entriesOf(published: ScheduleSnapshotValue, former: readonly ScheduleEntry[] = []): ScheduleEntry[] {
  const { organisation_id, workflow_id, active, schedules } = published;
  return schedules.flatMap(({ config, paused, since }, index) => {
    const stopped = !active ? 'inactive' : paused ? 'paused' : null;
    const before = former.find(({ address }) => address.index === index);
    if (before !== undefined && before.plan.since === since && before.stopped === stopped) return [before];
    const address = { organisation_id, workflow_id, index };
    const plan = planOf(address, config, since);
    if (plan === null) return [];
    return [{ address, plan, stopped, cursor: before?.cursor, awaits: undefined, gone: false, dueAt: 0, place: -1 }];
  });
}

/** A cursor as it is kept with its entry: texts that both have are one in memory, since there are many of them. */
export function keptCursor(
  { address, plan }: ScheduleEntry,
  { value, revision }: StoredRecord<Cursor>,
): StoredRecord<Cursor> {
  const since = value.since === plan.since ? plan.since : value.since;
  return { revision, value: { ...value, ...address, since } };
}
