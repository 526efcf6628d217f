import { newId } from '@millrace/contracts';
import { cursorSince, withBuffered, withStart, withStarted, type Cursor } from '../engine/cursor.js';
import type { Cursors } from '../engine/cursors.js';
import type { RunningExecutions } from '../engine/running-executions.js';
import type { ScheduleEntry } from '../engine/schedule-entry.js';
import { executionIdOf, type ScheduleStarter } from '../engine/schedule-starter.js';
import { Backfills } from './backfills.js';
import type { ScheduleViews } from './schedule-views.js';

const AT = Date.UTC(2026, 0, 1);

it('does not start a time that the schedule itself starts while history is asked', async () => {
  const address = { organisation_id: newId('organisation'), workflow_id: newId('workflow'), index: 0 };
  const since = new Date(AT - 1).toISOString();
  const own = executionIdOf(address, AT);
  let isStarted = false;
  const entry = { address, plan: { since, times: { after: () => null } }, stopped: null } as unknown as ScheduleEntry;
  const views = { entryOf: () => Promise.resolve(entry) } as Partial<ScheduleViews> as ScheduleViews;
  const value = () => ({ ...cursorSince(address, { since, now: AT }, null), ...(isStarted ? { handled_at: AT } : {}) });
  const cursors = {
    read: () => Promise.resolve({ value: value(), revision: 1 }),
  } as Partial<Cursors> as Cursors;
  const running = {
    exists: (_: string, id: string) => {
      const isKnown = isStarted && id === own;
      if (id === own) isStarted = true;
      return Promise.resolve(isKnown);
    },
  } as Partial<RunningExecutions> as RunningExecutions;
  const startBackfill = jest.fn();
  const starter = { startBackfill } as Partial<ScheduleStarter> as ScheduleStarter;
  const backfills = new Backfills(() => AT + 1, views, cursors, running, starter);
  const job = { job_id: newId('job'), job_created_at: new Date(AT).toISOString() };
  const [result] = await backfills.run({ ...address, ...job, times: [new Date(AT).toISOString()] });
  expect(result).toMatchObject({ outcome: 'scheduled', execution_id: own });
  expect(startBackfill).not.toHaveBeenCalled();
});

describe('a time', () => {
  const address = { organisation_id: newId('organisation'), workflow_id: newId('workflow'), index: 0 };
  const since = new Date(AT).toISOString();
  const began = cursorSince(address, { since, now: AT }, null);
  const starting = withStart(began, AT + 2, AT + 2);
  const waiting = withBuffered(withStarted(starting), AT + 3);
  const changedSince = { ...waiting, since: new Date(AT - 5).toISOString(), buffered: [AT] };

  it.each<[string, number, Cursor | null, ScheduleEntry['stopped'], 'scheduled' | 'started']>([
    ['that the schedule comes to by itself is left to it', 1, began, null, 'scheduled'],
    ['that it comes to, having decided nothing yet, is left to it', 1, null, null, 'scheduled'],
    ['that it has passed starts', 1, starting, null, 'started'],
    ['from before the schedule was what it is starts', 0, null, null, 'started'],
    ['that it has decided to start, and not started, is left to it', 2, starting, null, 'scheduled'],
    ['that waits for the end of another execution is left to it', 3, waiting, null, 'scheduled'],
    ['that a paused schedule does not come to starts', 9, null, 'paused', 'started'],
    ['that waited before the schedule was changed starts', 0, changedSince, null, 'started'],
  ])('%s', async (_, after, value, stopped, outcome) => {
    const at = AT + after;
    const plan = { since, times: { after: () => null } };
    const entry = { address, plan, stopped } as unknown as ScheduleEntry;
    const started: number[] = [];
    const backfills = new Backfills(
      () => AT + 10,
      { entryOf: () => Promise.resolve(entry) } as Partial<ScheduleViews> as ScheduleViews,
      { read: () => Promise.resolve(value && { value, revision: 1 }) } as Partial<Cursors> as Cursors,
      { exists: () => Promise.resolve(false) } as Partial<RunningExecutions> as RunningExecutions,
      {
        startBackfill: (_: unknown, times: { at: number }) => Promise.resolve(void started.push(times.at)),
      } as unknown as ScheduleStarter,
    );
    const job = { job_id: newId('job'), job_created_at: new Date(AT).toISOString() };
    const [result] = await backfills.run({ ...address, ...job, times: [new Date(at).toISOString()] });
    expect([result?.outcome, started]).toEqual([outcome, outcome === 'started' ? [at] : []]);
    expect(result?.execution_id === executionIdOf(address, at)).toBe(outcome === 'scheduled');
  });
});
