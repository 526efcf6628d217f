import type { StoredRecord } from '@millrace/messaging';
import type { Cursor } from './cursor.js';
import { decide } from './decide.js';
import { keptCursor, type ScheduleEntry } from './schedule-entry.js';

/** The cursor of a schedule that is due later than that is read again when it is due: most are, and there are many of them. Milliseconds. */
const CURSOR_KEPT_MS = 60_000;

/** Lets a schedule of which nothing is left to do rest until it is due, and leaves one that has to be looked at as it is: due at once. `cursor` is null for none. */
export function letRest(entry: ScheduleEntry, cursor: StoredRecord<Cursor> | null, now: number): void {
  const until = restsUntil(entry, cursor?.value ?? null, now);
  if (until !== null) entry.dueAt = until;
  entry.cursor = cursor === null ? null : keptCursor(entry, cursor);
  forgetCursor(entry, entry.dueAt, now);
}

/** Forgets the cursor of a schedule that is not due for long. */
export function forgetCursor(entry: ScheduleEntry, dueAt: number, now: number): void {
  if (dueAt - now > CURSOR_KEPT_MS) entry.cursor = undefined;
}

/** When the schedule is due, or null when something is left to do. */
function restsUntil({ plan }: ScheduleEntry, cursor: Cursor | null, now: number): number | null {
  const { last, buffered, untold, since } = cursor ?? {};
  if (last?.outcome === 'starting' || buffered !== undefined || untold !== undefined) return null;
  if (since !== undefined && since !== plan.since) return null;
  const decision = decide(plan, cursor?.handled_at ?? Date.parse(plan.since), now);
  return decision.kind === 'wait' ? decision.until : null;
}
