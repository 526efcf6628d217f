import { LIMITS, type ScheduleCursor } from '@millrace/contracts';
import type { z } from 'zod';

/** How far a schedule has come. */
export type Cursor = z.output<typeof ScheduleCursor.schema>;

/** Nominal times at which nothing was started, and why. */
export type Note = Cursor['notes'][number];

/** A note that is still to be announced to subscribers. */
export type Untold = NonNullable<Cursor['untold']>[number];

/** Which schedule a cursor is of. */
export interface CursorAddress {
  readonly organisation_id: string;
  readonly workflow_id: string;
  readonly index: number;
}

/**
 * The cursor of a schedule that is new, or not what it was: nothing before `since` is its business. What it counted and
 * started before stays known; {@link withoutBuffered} notes what still waited. A cursor that is ahead of the time `now`, since a clock was wrong,
 * comes back to it: then what was started too early is started again, under the same ids.
 */
export function cursorSince(
  { organisation_id, workflow_id, index }: CursorAddress,
  { since, now }: { readonly since: string; readonly now: number },
  former: Cursor | null,
): Cursor {
  return {
    organisation_id,
    workflow_id,
    index,
    since,
    handled_at: Math.max(Date.parse(since), Math.min(former?.handled_at ?? -Infinity, now)),
    last: former?.last ?? null,
    counts: former?.counts ?? { started: 0, missed: 0, skipped: 0, refused: 0 },
    notes: former?.notes ?? [],
    ...(former?.buffered === undefined ? {} : { buffered: former.buffered }),
    ...(former?.untold === undefined ? {} : { untold: former.untold }),
  };
}

/** After the decision to start an execution at a nominal time, one that has waited or not. */
export function withStart(cursor: Cursor, at: number, now: number): Cursor {
  const { buffered = [], ...rest } = cursor;
  const waiting = buffered.filter((time) => time !== at);
  const waited = waiting.length < buffered.length;
  return {
    ...rest,
    handled_at: Math.max(cursor.handled_at, at),
    last: {
      at,
      previous_at: cursor.last?.at ?? null,
      decided_at: now,
      outcome: 'starting',
      ...(waited ? { waited } : {}),
    },
    counts: { ...cursor.counts, started: cursor.counts.started + 1 },
    ...(waiting.length === 0 ? {} : { buffered: waiting }),
  };
}

/** After the decision to cancel the last execution, and to start one in its place. */
export function withReplacement(cursor: Cursor, at: number, now: number): Cursor {
  const { last, counts: before, ...rest } = withStart(cursor, at, now);
  if (last === null || cursor.last === null) return { last, counts: before, ...rest };
  const cancelled = (before.cancelled ?? 0) + 1;
  return { ...rest, last: { ...last, cancels: cursor.last.at }, counts: { ...before, cancelled } };
}

/** After the decision that a nominal time waits for the end of the execution before. */
export function withBuffered(cursor: Cursor, at: number): Cursor {
  return { ...cursor, handled_at: Math.max(cursor.handled_at, at), buffered: [...(cursor.buffered ?? []), at] };
}

/** Without the times that waited, and the note that nothing is started at them; null when none did. */
export function withoutBuffered({ buffered, ...cursor }: Cursor): {
  readonly cursor: Cursor;
  readonly note: Note | null;
} {
  const [first] = buffered ?? [];
  const last = buffered?.at(-1);
  if (buffered === undefined || first === undefined || last === undefined) return { cursor, note: null };
  const times = { first_at: first, last_at: last, count: buffered.length, more: false };
  return { cursor, note: { outcome: 'skipped', ...times, code: null } };
}

/** After nominal times at which nothing was started. Neighbours of the same kind share a note. */
export function withNote(cursor: Cursor, added: Note): Cursor {
  const [newest, ...older] = cursor.notes;
  // A refusal is of the last start itself.
  const started = added.outcome === 'refused' ? cursor.last?.previous_at : cursor.last?.at;
  const joins =
    newest?.outcome === added.outcome && newest.code === added.code && newest.last_at >= (started ?? -Infinity);
  const notes = joins
    ? [
        { ...added, first_at: newest.first_at, count: newest.count + added.count, more: newest.more || added.more },
        ...older,
      ]
    : [added, ...cursor.notes].slice(0, LIMITS.scheduleNotes);
  return {
    ...cursor,
    handled_at: Math.max(cursor.handled_at, added.last_at),
    counts: { ...cursor.counts, [added.outcome]: cursor.counts[added.outcome] + added.count },
    notes,
  };
}

/** With a note that is to be announced to subscribers, decided at `now`. While nothing can be announced the newest stay. */
export function withUntold(cursor: Cursor, added: Note, now: number): Cursor {
  return { ...cursor, untold: [...(cursor.untold ?? []), { ...added, decided_at: now }].slice(-LIMITS.scheduleNotes) };
}

/** After all is announced. */
export function withoutUntold({ untold: _, ...cursor }: Cursor): Cursor {
  return cursor;
}

/** After the start that was decided on has taken place. */
export function withStarted(cursor: Cursor): Cursor {
  return { ...cursor, last: cursor.last && { ...cursor.last, outcome: 'started' } };
}

/** After the start that was decided on was refused, with the note of that. */
export function withRefusal(cursor: Cursor, code: string): { readonly cursor: Cursor; readonly note: Note | null } {
  const { last, counts: former } = cursor;
  if (last === null) return { cursor, note: null };
  const note = { outcome: 'refused', first_at: last.at, last_at: last.at, count: 1, more: false, code } as const;
  const noted = withNote({ ...cursor, counts: { ...former, started: former.started - 1 } }, note);
  return { cursor: { ...noted, last: { ...last, outcome: 'refused' } }, note };
}

/** Whether the start before the last one was refused too, and the schedule is still what it was then: subscribers have been notified. */
export function isRefusedAgain({ last, since, notes }: Cursor): boolean {
  if (last === null || last.previous_at === null) return false;
  const from = Math.max(last.previous_at, Date.parse(since));
  return notes.some(({ outcome, last_at }) => outcome === 'refused' && last_at >= from);
}
