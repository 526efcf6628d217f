import { LIMITS, newId, OrganisationSnapshot, PlanBackfill, RunBackfill } from '@millrace/contracts';
import { executionIdOf } from '../src/engine/schedule-starter.js';
import { Fixture, type Published } from './scheduler.fixture.js';

const HOUR = 60 * 60 * 1_000;

let fixture: Fixture;
beforeAll(async () => {
  fixture = await Fixture.open();
  await fixture.start();
}, 180_000);
afterEach(() => {
  fixture.executions.clear();
});
afterAll(() => fixture.close());

const iso = (time: number) => new Date(time).toISOString();
const hour = (ago: number) => Math.floor(fixture.now() / HOUR) * HOUR - ago * HOUR;
const plan = (workflow: Published, from: number, to: number, index = 0) =>
  fixture.bus.request(PlanBackfill, { ...workflow, index, from: iso(from), to: iso(to) });

function run(
  workflow: Published,
  times: readonly number[],
  job = { job_id: newId('job'), job_created_at: iso(fixture.now()) },
) {
  return fixture.bus.request(RunBackfill, { ...workflow, index: 0, ...job, times: times.map(iso) });
}

test('a plan has the nominal times of a part of the past, both ends included, whatever the schedule was then', async () => {
  const workflow = await fixture.publish([{ interval: '1h' }, { cron: '0 0 29 2 *' }]);
  expect((await plan(workflow, hour(4), hour(2))).times).toEqual([4, 3, 2].map((ago) => iso(hour(ago))));
  expect((await plan(workflow, hour(4) + 1, hour(2) - 1)).times).toEqual([iso(hour(3))]);
  expect((await plan(workflow, hour(4), hour(2), 1)).times).toEqual([]);
});

test('a plan is refused for what is no schedule, is not over, is too old or too much', async () => {
  const workflow = await fixture.publish([{ interval: '1s' }]);
  const refusals: [Promise<unknown>, object][] = [
    [plan(workflow, hour(1), hour(-2)), { code: 'INVALID_INPUT', details: { issues: [{ path: 'to' }] } }],
    [plan(workflow, hour(1), hour(2)), { code: 'INVALID_INPUT', details: { issues: [{ path: 'from' }] } }],
    [plan(workflow, hour(24 * 400), hour(2)), { code: 'INVALID_INPUT', details: { issues: [{ path: 'from' }] } }],
    [plan(workflow, hour(1), hour(0)), { code: 'INVALID_INPUT', details: { issues: [{ path: 'to' }] } }],
    [plan(workflow, hour(2), hour(1), 1), { code: 'SCHEDULE_NOT_FOUND' }],
    [plan({ ...workflow, organisation_id: newId('organisation') }, hour(2), hour(1)), { code: 'WORKFLOW_NOT_FOUND' }],
  ];
  for (const [refused, error] of refusals) await expect(refused).rejects.toMatchObject(error);
  const most = hour(1) + (LIMITS.backfillTimes - 1) * 1_000;
  expect((await plan(workflow, hour(1), most)).times).toHaveLength(LIMITS.backfillTimes);
});

test('a plan for a paused schedule is made, and for a paused workflow refused at once, as any start of it is', async () => {
  const schedule = await fixture.publish([{ interval: '1h' }], { paused: true });
  expect((await plan(schedule, hour(2), hour(1))).times).toHaveLength(2);
  const workflow = await fixture.publish([{ interval: '1h' }], { active: false });
  await expect(plan(workflow, hour(2), hour(1))).rejects.toMatchObject({
    code: 'WORKFLOW_PAUSED',
    details: { workflow_id: workflow.workflow_id },
  });
});

test('each time starts one execution that says of which job it is, however often it is asked for', async () => {
  const workflow = await fixture.publish([{ cron: '0 * * * *', input: { report: 'daily' } }], { paused: true });
  const job = { job_id: newId('job'), job_created_at: iso(fixture.now()) };
  const times = [hour(50), hour(49), hour(1)];
  const first = await run(workflow, times, job);
  expect(first.results.map(({ outcome }) => outcome)).toEqual(['started', 'started', 'started']);
  expect(await run(workflow, times, job)).toEqual(first);
  const starts = await fixture.starts(workflow);
  expect(starts.map(({ execution_id }) => execution_id)).toEqual(first.results.map((result) => result.execution_id));
  expect(starts[0]).toMatchObject({
    input: { report: 'daily' },
    trigger: { type: 'schedule', scheduled_at: iso(times[0] ?? 0), next_at: iso(times[1] ?? 0), backfill: job.job_id },
  });
  // Also after the time for which the queue would recognise them.
  for (const { execution_id } of starts) fixture.executions.add(execution_id);
  expect(await run(workflow, times, job)).toEqual(first);
  expect(await fixture.starts(workflow)).toHaveLength(3);
});

test('a time that the schedule itself has started is not started again, nor is one that it is still to come to', async () => {
  const workflow = await fixture.publish([{ interval: '1h' }], { since: hour(3) + 1 });
  await fixture.settled(workflow);
  const own = { ...workflow, index: 0 };
  fixture.executions.add(executionIdOf(own, hour(0)));
  const { results } = await run(workflow, [hour(5), hour(0), hour(-1)]);
  expect(results.map(({ outcome, execution_id }) => [outcome, execution_id])).toEqual([
    ['started', expect.stringMatching(/^exec_/)],
    ['already_ran', executionIdOf(own, hour(0))],
    ['scheduled', executionIdOf(own, hour(-1))],
  ]);
});

test('what may not start is refused with the reason', async () => {
  const organisation = { organisation_id: newId('organisation') };
  const inactive = await fixture.publish([{ interval: '1h' }], { active: false });
  await fixture.bus.snapshots.put(OrganisationSnapshot, organisation, { ...organisation, suspended: true, limits: {} });
  const suspended = await fixture.publish(
    [{ interval: '1h' }],
    { paused: true },
    { ...organisation, workflow_id: newId('workflow') },
  );
  const refusal = async (workflow: Published) => (await run(workflow, [hour(5)])).results;
  expect(await refusal(inactive)).toMatchObject([{ outcome: 'refused', code: 'WORKFLOW_PAUSED', execution_id: null }]);
  expect(await refusal(suspended)).toMatchObject([{ outcome: 'refused', code: 'ORGANISATION_SUSPENDED' }]);
  const gone = { organisation_id: newId('organisation'), workflow_id: newId('workflow') };
  expect(await refusal(gone)).toMatchObject([{ outcome: 'refused', code: 'WORKFLOW_NOT_FOUND' }]);
});
