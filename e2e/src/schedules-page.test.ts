import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionList, ScheduleList, WorkflowResource } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { ApiClient, apiBase } from './support/api.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/schedules.md shows is what happens: its commands are run as they are there, in their order.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'schedules.md'), 'utf8');
const examples = [...page.matchAll(/<!-- (run|output): (\w+) -->\n\n```(\w+)\n([^]*?)```/g)].map(
  ([, what = '', name = '', , text = '']) => ({ what, name, text }),
);
const api = new ApiClient();
let workflow: WorkflowResource;

async function run(name: string): Promise<unknown> {
  const { text = '' } = examples.find((one) => one.what === 'run' && one.name === name) ?? {};
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token, WORKFLOW: workflow?.id };
  const { stdout } = await promisify(execFile)('bash', ['-c', text], { env });
  return JSON.parse(stdout);
}

const outputOf = (name: string): object =>
  JSON.parse(examples.find((one) => one.what === 'output' && one.name === name)?.text ?? '') as object;

const executions = async (): Promise<ExecutionList['executions']> =>
  (await api.expect<ExecutionList>(200, 'GET', `/workflows/${workflow.id}/executions?limit=100`)).executions;

beforeAll(async () => {
  workflow = (await run('create')) as WorkflowResource;
});
afterAll(() => api.call('DELETE', `/workflows/${workflow.id}`));

it('has what this test runs', () => {
  expect(examples.map(({ what, name }) => `${what} ${name}`)).toEqual([
    'run create',
    'run preview',
    'output preview',
    'run list',
    'output list',
    'run trigger',
    'run pause',
    'run resume',
  ]);
});

it('the preview is as shown', async () => {
  expect(await run('preview')).toEqual(outputOf('preview'));
});

it('the schedule starts executions, each with its nominal time, and the list is as shown', async () => {
  expect(workflow.warnings).toBeUndefined();
  await waitUntil('three completed executions', async () => {
    const completed = (await executions()).filter(({ status }) => status === 'completed');
    return completed.length >= 3;
  });
  const [last] = (await executions()).filter(({ status }) => status === 'completed');
  const execution = await api.ended(last?.id ?? '');
  const { scheduled_at } = execution.trigger as unknown as { scheduled_at: string };
  expect(execution).toMatchObject({ output: `daily of ${scheduled_at}`, trigger: { type: 'schedule' } });
  const list = await waitUntil('the last start to be noted', async () => {
    const found = (await run('list')) as ScheduleList;
    return found.schedules[0]?.last_run?.outcome === 'started' && found;
  });
  expect(list).toMatchObject(outputOf('list'));
});

it('a start by hand, a pause and a resumption do what they say', async () => {
  expect(await run('trigger')).toMatchObject({ workflow_id: workflow.id, status: 'running' });
  expect(await run('pause')).toMatchObject({ index: 0, paused: true });
  await waitUntil('the pause', async () => ((await run('list')) as ScheduleList).schedules[0]?.status === 'paused');
  expect(await run('resume')).toMatchObject({ index: 0, paused: false });
  await waitUntil('the end of it', async () => ((await run('list')) as ScheduleList).schedules[0]?.status === 'active');
});

it('with overlap "skip", nothing is started while the execution before goes on, and that is said', async () => {
  const slow = await api.create({
    name: 'Slower than its schedule',
    trigger: { type: 'schedule', config: { interval: '1s', overlap: 'skip' } },
    steps: [{ id: 'wait', type: 'wait', config: { duration: '4s' } }],
  });
  try {
    const schedule = await waitUntil('two starts and what was skipped between them', async () => {
      const { schedules } = await api.expect<ScheduleList>(200, 'GET', `/workflows/${slow.id}/schedules`);
      const [one] = schedules;
      return one && one.counts.started >= 2 && one.counts.skipped >= 2 ? one : null;
    });
    expect(schedule.notes[0]).toMatchObject({ outcome: 'skipped' });
    // Lists are a moment behind, so each is asked for by itself.
    const found = await waitUntil('both in the list', async () => {
      const { executions } = await api.expect<ExecutionList>(200, 'GET', `/workflows/${slow.id}/executions`);
      return executions.length >= 2 ? executions : null;
    });
    const [second, first] = await Promise.all(found.slice(-2).map(({ id }) => api.ended(id)));
    const [began] = second?.steps ?? [];
    expect(Date.parse(began?.started_at ?? '')).toBeGreaterThanOrEqual(Date.parse(first?.completed_at ?? ''));
  } finally {
    await api.call('DELETE', `/workflows/${slow.id}`);
  }
});
