import { ScheduleSnapshot, type ScheduleSnapshotValue } from '@millrace/contracts';
import type { Bus } from '@millrace/messaging';
import type { StorageQuota } from '@millrace/service-kit/storage-quota';
import { ScheduleInputs } from './schedule-inputs.js';
import { executionIdOf, ScheduleStarter } from './schedule-starter.js';

const SCHEDULE = { organisation_id: 'org_a', workflow_id: 'wf_a', index: 0 };
const AT = Date.parse('2026-11-26T09:00:00Z');

test('schedules that are due together start an execution each, and each nominal time of one starts its own', () => {
  const others = [
    executionIdOf({ ...SCHEDULE, index: 1 }, AT),
    executionIdOf({ ...SCHEDULE, workflow_id: 'wf_b' }, AT),
    executionIdOf({ ...SCHEDULE, organisation_id: 'org_b' }, AT),
    executionIdOf(SCHEDULE, AT + 1_000),
  ];
  const id = executionIdOf(SCHEDULE, AT);
  expect(new Set([id, ...others]).size).toBe(5);
  // Whoever starts it: two schedulers, or one before and after it was killed.
  expect(executionIdOf({ ...SCHEDULE }, AT)).toBe(id);
});

const SINCE = '2026-11-26T00:00:00.000Z';
const CONFIG = '{"interval":"1h"}';

/** A starter that finds this published of the workflow, and nothing else: what it would start is refused as WORKFLOW_NOT_FOUND. */
function starterWith(changes: Partial<ScheduleSnapshotValue>): ScheduleStarter {
  const { organisation_id, workflow_id } = SCHEDULE;
  const schedules = [{ config: CONFIG, paused: false, since: SINCE }];
  const published = { organisation_id, workflow_id, active: true, schedules, ...changes };
  const get = (snapshot: unknown) => Promise.resolve(snapshot === ScheduleSnapshot ? published : null);
  const bus = { snapshots: { get, peek: () => undefined } } as unknown as Pick<Bus, 'publish' | 'snapshots'>;
  return new ScheduleStarter(bus, {} as StorageQuota, new ScheduleInputs());
}

const TIMES = { at: AT, previous: null, next: null };
const scheduleOf = (paused: boolean, since = SINCE) => ({ schedules: [{ config: CONFIG, paused, since }] });

test.each([
  ['is paused', scheduleOf(true)],
  ['is not what it was', scheduleOf(false, '2026-11-26T08:59:59.999Z')],
  ['is gone', { schedules: [] }],
  ['is of a workflow that is not active', { active: false }],
  ['is of another organisation', { organisation_id: 'org_b' }],
])('a start that was decided is refused once its schedule %s', async (_, changes) => {
  await expect(starterWith(changes).start(SCHEDULE, TIMES, SINCE)).rejects.toMatchObject({
    code: 'SCHEDULE_NOT_FOUND',
  });
  // And of one that is as it was, nothing but the workflow is missing here.
  await expect(starterWith({}).start(SCHEDULE, TIMES, SINCE)).rejects.toMatchObject({ code: 'WORKFLOW_NOT_FOUND' });
});
