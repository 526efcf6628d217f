import { ScheduleCursor } from '@millrace/contracts';
import { cursorSince, withBuffered, withNote, withReplacement, withStart, withStarted } from './cursor.js';

const SINCE = '2026-01-01T00:00:00.000Z';
const AT = Date.parse(SINCE) + 60_000;
const ADDRESS = { organisation_id: 'org_a', workflow_id: 'wf_a', index: 0 };

test('what a newer version has added to a cursor stays in it', () => {
  const began = cursorSince(ADDRESS, { since: SINCE, now: AT }, null);
  const note = { outcome: 'missed', first_at: AT, last_at: AT, count: 1, more: false, code: null } as const;
  const cursor = withStarted(withNote(withStart(began, AT, AT), note));
  const { last, counts, notes } = cursor;
  const newer = {
    ...cursor,
    later: { deep: [1] },
    last: { ...last, later: 1 },
    counts: { ...counts, later: 1 },
    notes: notes.map((one) => ({ ...one, later: 1 })),
  };
  const read = ScheduleCursor.schema.parse(newer);
  expect(read).toEqual(newer);
  expect(withBuffered(read, AT + 60_000)).toMatchObject({ ...newer, handled_at: AT + 60_000 });
});

test('a cursor that is ahead of the time comes back to it when the schedule is changed', () => {
  const ahead = withStarted(withStart(cursorSince(ADDRESS, { since: SINCE, now: AT }, null), AT + 3_600_000, AT));
  const changed = cursorSince(ADDRESS, { since: new Date(AT).toISOString(), now: AT + 5_000 }, ahead);
  expect(changed).toMatchObject({ handled_at: AT + 5_000, last: ahead.last });
  // One that is not stays where it is: what was due before the change is not started twice.
  const behind = withStarted(withStart(ahead, AT + 3_700_000, AT));
  expect(cursorSince(ADDRESS, { since: SINCE, now: AT + 7_200_000 }, behind).handled_at).toBe(AT + 3_700_000);
});

test('a time that has waited starts once, and the times behind it wait on', () => {
  const began = withStarted(withStart(cursorSince(ADDRESS, { since: SINCE, now: AT }, null), AT, AT));
  const waiting = [1, 2].reduce((cursor, number) => withBuffered(cursor, AT + number), began);
  const first = withStart(waiting, AT + 1, AT + 5);
  expect(first).toMatchObject({
    handled_at: AT + 2,
    last: { at: AT + 1, previous_at: AT, waited: true },
    buffered: [AT + 2],
  });
  const second = withStart(withStarted(first), AT + 2, AT + 6);
  expect([second.buffered, second.counts.started]).toEqual([undefined, 3]);
});

test('a start that replaces another one says which, and both are counted', () => {
  const began = withStarted(withStart(cursorSince(ADDRESS, { since: SINCE, now: AT }, null), AT, AT));
  const replaced = withReplacement(withReplacement(began, AT + 1, AT + 1), AT + 2, AT + 2);
  expect(replaced).toMatchObject({ last: { at: AT + 2, cancels: AT + 1 }, counts: { started: 3, cancelled: 2 } });
});
