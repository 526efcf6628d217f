import { cursorSince, ScheduleCursor, withBuffered, withNote, withStart, withStarted } from './cursor.js';

const SINCE = '2026-01-01T00:00:00.000Z';
const AT = Date.parse(SINCE) + 60_000;

test('what a newer version has added to a cursor stays in it', () => {
  const began = cursorSince({ organisation_id: 'org_a', workflow_id: 'wf_a', index: 0 }, SINCE, null);
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
