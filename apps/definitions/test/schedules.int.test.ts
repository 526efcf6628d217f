import {
  ActiveSnapshot,
  CreateWorkflow,
  DeleteWorkflow,
  PauseSchedule,
  RestoreWorkflow,
  ScheduleSnapshot,
  UpdateWorkflow,
  type WorkflowResource,
} from '@millrace/contracts';
import { parseJson } from '@millrace/expression/exact';
import { aWorkflow, uniqueName, waitUntil } from '@millrace/testing';
import { openFixture, type Fixture } from './definitions.fixture.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
  await fixture.start({ MILLRACE_SCHEDULES_PER_ORGANISATION: '3' });
}, 180_000);
afterAll(() => fixture.stop());

const DAILY = { type: 'schedule', config: { cron: '@daily', timezone: 'Europe/Berlin' } };
const HOURLY = { type: 'schedule', config: { interval: '1h' } };

const create = (organisation_id: string, fields: Record<string, unknown>): Promise<WorkflowResource> =>
  fixture.client.request(CreateWorkflow, { organisation_id, document: aWorkflow(fields) });
const update = (organisation_id: string, workflow_id: string, patch: object): Promise<WorkflowResource> =>
  fixture.client.request(UpdateWorkflow, { organisation_id, workflow_id, patch });
const published = (workflow_id: string) => fixture.client.snapshots.get(ScheduleSnapshot, { workflow_id });

async function schedulesOf(workflow_id: string) {
  const snapshot = await published(workflow_id);
  if (snapshot === null) throw new Error('No schedules are published');
  return snapshot;
}

it('publishes the schedules of a workflow, without a warning, and nothing of one that has none', async () => {
  const organisation_id = uniqueName('org');
  const workflow = await create(organisation_id, {
    trigger: undefined,
    triggers: [DAILY, { type: 'webhook' }, HOURLY],
  });
  expect(workflow['warnings']).toBeUndefined();
  expect(await published(workflow.id)).toEqual({
    organisation_id,
    workflow_id: workflow.id,
    active: true,
    schedules: [DAILY, HOURLY].map(({ config }) => ({
      config: JSON.stringify(config),
      paused: false,
      since: expect.any(String) as string,
    })),
  });
  expect(await published((await create(organisation_id, {})).id)).toBeNull();
});

it('whoever sees a schedule that runs can start its workflow: when one is created, activated and restored', async () => {
  const organisation_id = uniqueName('org');
  const { snapshots } = fixture.client;
  const seen: string[] = [];
  const note = (what: string) => (id: string | null) => void seen.push(`${what} ${id}`);
  const ends = [snapshots.watch(ActiveSnapshot, note('workflow')), snapshots.watch(ScheduleSnapshot, note('schedule'))];
  const orderOf = async (workflow_id: string, change: () => Promise<unknown>): Promise<string[]> => {
    seen.length = 0;
    await change();
    const own = () => seen.filter((line) => line.endsWith(workflow_id)).map((line) => line.split(' ')[0] ?? '');
    await waitUntil('both being published', () => new Set(own()).size === 2);
    return own();
  };
  const { id: workflow_id } = await create(organisation_id, { trigger: DAILY });
  await waitUntil('both being published', () => seen.length > 1);
  expect(seen).toEqual([`workflow ${workflow_id}`, `schedule ${workflow_id}`]);
  const to = (status: string) => orderOf(workflow_id, () => update(organisation_id, workflow_id, { status }));
  expect(await to('paused')).toEqual(['schedule', 'workflow']);
  expect(await to('active')).toEqual(['workflow', 'schedule']);
  await orderOf(workflow_id, () => fixture.client.request(DeleteWorkflow, { organisation_id, workflow_id }));
  const restored = () => fixture.client.request(RestoreWorkflow, { organisation_id, workflow_id });
  expect(await orderOf(workflow_id, restored)).toEqual(['workflow', 'schedule']);
  ends.forEach((end) => end());
});

it('publishes the input of a schedule with all digits of its numbers', async () => {
  const input = '{"id":9007199254740993,"rate":0.1234567890123456789}';
  const config = { interval: '1h', input: parseJson(input) };
  const { id } = await create(uniqueName('org'), { trigger: { type: 'schedule', config } });
  const { schedules } = await schedulesOf(id);
  expect(schedules.map((schedule) => schedule.config)).toEqual([`{"interval":"1h","input":${input}}`]);
});

it('an edit elsewhere leaves a schedule as it is; one of the schedule, of the status, and a pause begin it anew', async () => {
  const organisation_id = uniqueName('org');
  const { id: workflow_id } = await create(organisation_id, { trigger: DAILY });
  const before = await schedulesOf(workflow_id);
  const since = async () => (await schedulesOf(workflow_id)).schedules[0]?.since ?? '';

  await update(organisation_id, workflow_id, { name: 'Renamed' });
  expect(await schedulesOf(workflow_id)).toEqual(before);

  await update(organisation_id, workflow_id, { trigger: HOURLY });
  const changed = await since();
  expect(changed > (before.schedules[0]?.since ?? '')).toBe(true);

  await update(organisation_id, workflow_id, { status: 'paused' });
  expect(await schedulesOf(workflow_id)).toMatchObject({ active: false });
  await update(organisation_id, workflow_id, { status: 'active' });
  const activated = await since();
  expect(activated > changed).toBe(true);

  const schedule = { organisation_id, workflow_id, index: 0 };
  const paused = { id: `${workflow_id}.0`, workflow_id, index: 0, paused: true };
  expect(await fixture.client.request(PauseSchedule, { ...schedule, paused: true })).toEqual(paused);
  expect(await schedulesOf(workflow_id)).toMatchObject({ active: true, schedules: [{ paused: true }] });
  // Twice is once.
  const pausedSince = await since();
  expect(await fixture.client.request(PauseSchedule, { ...schedule, paused: true })).toEqual(paused);
  expect(await since()).toBe(pausedSince);

  // A change of the config resumes nothing.
  await update(organisation_id, workflow_id, { trigger: DAILY });
  expect(await schedulesOf(workflow_id)).toMatchObject({ schedules: [{ paused: true }] });
  await fixture.client.request(PauseSchedule, { ...schedule, paused: false });
  expect((await since()) > pausedSince).toBe(true);

  await fixture.client.request(DeleteWorkflow, { organisation_id, workflow_id });
  expect(await published(workflow_id)).toBeNull();
});

it('withdraws the schedules of a workflow that has none any more', async () => {
  const organisation_id = uniqueName('org');
  const { id } = await create(organisation_id, { trigger: DAILY });
  await update(organisation_id, id, { trigger: { type: 'webhook' } });
  expect(await published(id)).toBeNull();
});

it('pauses no schedule that is not there', async () => {
  const organisation_id = uniqueName('org');
  const { id: workflow_id } = await create(organisation_id, { trigger: DAILY });
  const question = { organisation_id, workflow_id, index: 1, paused: true };
  await expect(fixture.client.request(PauseSchedule, question)).rejects.toMatchObject({
    code: 'SCHEDULE_NOT_FOUND',
    details: { workflow_id, index: 1 },
  });
});

it('an organisation has so many schedules and no more, and can still edit the workflows that have them', async () => {
  const organisation_id = uniqueName('org');
  const two = { trigger: undefined, triggers: [DAILY, HOURLY] };
  const { id } = await create(organisation_id, two);
  await expect(create(organisation_id, two)).rejects.toMatchObject({
    code: 'QUOTA_EXCEEDED',
    details: { kind: 'schedules', limit: 3 },
  });
  await update(organisation_id, id, { name: 'Renamed', triggers: [DAILY, DAILY] });
  await update(organisation_id, id, { triggers: [DAILY, DAILY, HOURLY] });
  await expect(create(organisation_id, { trigger: DAILY })).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
  // What is deleted makes room.
  await fixture.client.request(DeleteWorkflow, { organisation_id, workflow_id: id });
  const { id: other } = await create(organisation_id, two);
  // And comes back only while there is room.
  const restore = () => fixture.client.request(RestoreWorkflow, { organisation_id, workflow_id: id });
  await expect(restore()).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED', details: { kind: 'schedules', limit: 3 } });
  await fixture.client.request(DeleteWorkflow, { organisation_id, workflow_id: other });
  await restore();
  expect((await schedulesOf(id)).schedules).toHaveLength(3);
});
