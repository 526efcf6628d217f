import { newId } from '@millrace/contracts';
import { cursorSince } from '../engine/cursor.js';
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
