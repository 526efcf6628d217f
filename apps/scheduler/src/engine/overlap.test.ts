import { LIMITS, newId } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import { cursorSince, withBuffered, withRefusal, withStart, withStarted, type Cursor } from './cursor.js';
import { ExecutionEnds } from './execution-ends.js';
import { Overlap } from './overlap.js';
import type { RunningExecutions } from './running-executions.js';
import type { ScheduleEntry } from './schedule-entry.js';
import type { SchedulePlan } from './schedule-plan.js';
import { executionIdOf } from './schedule-starter.js';

const MINUTE = 60_000;
const SINCE = '2026-11-26T09:00:00.000Z';
const FIRST = Date.parse(SINCE) + MINUTE;
const ADDRESS = { organisation_id: newId('organisation'), workflow_id: newId('workflow'), index: 0 };
const POLICIES = ['allow', 'skip', 'buffer_one', 'buffer_all', 'cancel_running'] as const;

type Policy = (typeof POLICIES)[number];

const time = (number: number): number => FIRST + number * MINUTE;

/** A schedule that has started its first time, behind which so many wait. */
function startedOnce(waiting = 0): Cursor {
  let cursor = withStarted(withStart(cursorSince(ADDRESS, { since: SINCE, now: FIRST }, null), FIRST, FIRST));
  for (let number = 1; number <= waiting; number++) cursor = withBuffered(cursor, time(number));
  return cursor;
}

/** What becomes of a nominal time, in one word, and which executions were asked about. */
async function decided(policy: Policy, cursor: Cursor, { goingOn, at = time(40) }: { goingOn: boolean; at?: number }) {
  const asked: string[] = [];
  const isGoingOn = (_: string, id: string): Promise<boolean> => {
    asked.push(id);
    return Promise.resolve(goingOn);
  };
  const running = { isGoingOn } as Partial<RunningExecutions> as RunningExecutions;
  const overlap = new Overlap(() => at, running, new ExecutionEnds({} as Pick<Bus, 'listen'>));
  const entry = { address: ADDRESS, plan: { overlap: policy } as SchedulePlan } as ScheduleEntry;
  const after = await overlap.atNominalTime(entry, cursor, at);
  if (after === 'skip') return { becomes: 'skipped', asked };
  if (after.last?.at !== at) return { becomes: after.buffered?.at(-1) === at ? 'waits' : 'lost', asked };
  return { becomes: after.last.cancels === FIRST ? 'replaces' : 'starts', asked };
}

it.each(POLICIES)('with "%s" a time starts when nothing of the schedule goes on', async (policy) => {
  expect((await decided(policy, startedOnce(), { goingOn: false })).becomes).toBe('starts');
  const never = cursorSince(ADDRESS, { since: SINCE, now: FIRST }, null);
  // What was refused is no execution, of which nobody is asked either.
  const { cursor: refused } = withRefusal(withStart(never, FIRST, FIRST), 'ORGANISATION_SUSPENDED');
  for (const cursor of [never, refused])
    expect(await decided(policy, cursor, { goingOn: true })).toEqual({ becomes: 'starts', asked: [] });
});

it.each([
  ['allow', 'starts'],
  ['skip', 'skipped'],
  ['buffer_one', 'waits'],
  ['buffer_all', 'waits'],
  ['cancel_running', 'replaces'],
] as const)('with "%s" a time %s while the execution before goes on', async (policy, becomes) => {
  const asked = policy === 'allow' ? [] : [executionIdOf(ADDRESS, FIRST)];
  expect(await decided(policy, startedOnce(), { goingOn: true })).toEqual({ becomes, asked });
});

it.each([
  ['buffer_one', 1],
  ['buffer_all', LIMITS.scheduleBuffered],
] as const)('with "%s" there is room for %d to wait, and one more is skipped', async (policy, room) => {
  const at = time(room + 1);
  expect((await decided(policy, startedOnce(room - 1), { goingOn: true, at })).becomes).toBe('waits');
  expect((await decided(policy, startedOnce(room), { goingOn: true, at })).becomes).toBe('skipped');
});

it.each([
  ['buffer_one', 'skipped'],
  ['buffer_all', 'waits'],
] as const)(
  'with "%s" a time does not start before one that waits, also when the end is not known yet',
  async (policy, becomes) => {
    expect((await decided(policy, startedOnce(1), { goingOn: false })).becomes).toBe(becomes);
  },
);
