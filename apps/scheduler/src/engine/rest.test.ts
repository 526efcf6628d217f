import { entriesOf } from './schedule-entry.js';
import { cursorSince, withBuffered, withStart, withStarted, withUntold, type Cursor, type Note } from './cursor.js';
import { letRest } from './rest.js';

const MINUTE = 60_000;
const SINCE = '2026-01-01T00:00:00.000Z';
const BEGAN = Date.parse(SINCE);
const ADDRESS = { organisation_id: 'org_a', workflow_id: 'wf_a', index: 0 };

function scheduleOf(interval: string) {
  const schedules = [{ config: JSON.stringify({ interval }), paused: false, since: SINCE }];
  const [entry] = entriesOf({ ...ADDRESS, active: true, schedules });
  if (entry === undefined) throw new Error('it cannot be read');
  return entry;
}

/** When the schedule is looked at, in minutes after it began, and whether its cursor is kept until then. */
function rested(interval: string, cursor: Cursor | null, minutes: number): [number | 'at once', 'kept' | 'read again'] {
  const entry = scheduleOf(interval);
  letRest(entry, cursor && { value: cursor, revision: 7 }, BEGAN + minutes * MINUTE);
  return [
    entry.dueAt === 0 ? 'at once' : (entry.dueAt - BEGAN) / MINUTE,
    entry.cursor === undefined ? 'read again' : 'kept',
  ];
}

const began = cursorSince(ADDRESS, { since: SINCE, now: BEGAN }, null);
const starting = withStart(began, BEGAN + 10 * MINUTE, BEGAN + 10 * MINUTE);

const handled = { ...withStarted(starting), handled_at: BEGAN + 20 * MINUTE };
const times = { first_at: BEGAN + 20 * MINUTE, last_at: BEGAN + 20 * MINUTE, count: 1, more: false };
const MISSED: Note = { outcome: 'missed', ...times, code: null };

test('a schedule of which nothing is left to do rests until it is due, and its cursor is read again then', () => {
  expect(rested('10m', withStarted(starting), 11)).toEqual([20, 'read again']);
});

test('one that is due within a minute keeps its cursor', () => {
  expect(rested('10m', withStarted(starting), 19.5)).toEqual([20, 'kept']);
});

test('a new one rests until its first time', () => {
  expect(rested('10m', null, 3)).toEqual([10, 'read again']);
});

test.each([
  ['whose time has come', withStarted(starting)],
  ['whose start may not have taken place', withStart(began, BEGAN + 20 * MINUTE, BEGAN + 20 * MINUTE)],
  ['with a time that waits', withBuffered(withStarted(starting), BEGAN + 20 * MINUTE)],
  ['of which something is to be announced', withUntold(handled, MISSED, BEGAN + 20 * MINUTE)],
  [
    'that is not what its cursor is about',
    { ...began, handled_at: BEGAN + 20 * MINUTE, since: '2025-12-31T00:00:00.000Z' },
  ],
])('one %s is looked at at once', (_, cursor) => {
  expect(rested('10m', cursor, 20.5)).toEqual(['at once', 'kept']);
});
