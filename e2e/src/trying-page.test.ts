import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionList, ExecutionResource, WorkflowStats } from '@millrace/contracts';
import { waitUntil } from '@millrace/testing';
import { ApiClient, apiBase } from './support/api.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/trying-workflows.md shows is what happens: its commands are run as they are there, in their order.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'trying-workflows.md'), 'utf8');
const blocks = new Map(
  [...page.matchAll(/<!-- ((?:run|output): \w+) -->\n\n```\w+\n([^]*?)```/g)].map(([, name = '', text = '']) => [
    name,
    text,
  ]),
);
const api = new ApiClient();

async function run(name: string, more: Record<string, string> = {}): Promise<unknown> {
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token, ...more };
  const { stdout } = await promisify(execFile)('bash', ['-c', blocks.get(`run: ${name}`) ?? 'false'], { env });
  return JSON.parse(stdout);
}
const output = (name: string) => JSON.parse(blocks.get(`output: ${name}`) ?? 'null') as object;

it('tries one step', async () => {
  expect(await run('step')).toMatchObject(output('step'));
});

it('gives a step the secrets of its organisation, and shows none of them', async () => {
  const value = 'c4n4ry-Zq8Lr2Vn5Xw1Tb7Y';
  await api.expect(200, 'PUT', '/secrets/tried', { json: { value } });
  const step = { id: 'it', type: 'transform', config: { output: ['{{secrets.tried}}', '{{length(secrets.tried)}}'] } };
  const tried = await api.expect(200, 'POST', '/steps/test', { json: { step, effects: true } });
  await api.expect(204, 'DELETE', '/secrets/tried');
  expect(tried).toMatchObject({ output: ['••••', value.length], input: { output: ['••••', '••••'] } });
});

describe('an execution that only tries something', () => {
  let workflow: string;
  beforeAll(async () => {
    const steps = [
      { id: 'greeting', type: 'transform', config: { output: 'Hello {{input.name}}' } },
      { id: 'shout', type: 'transform', config: { output: '{{greeting.output.toUpperCase()}}' } },
    ];
    workflow = (await api.create({ name: 'Tried', steps })).id;
  });
  afterAll(() => api.call('DELETE', `/workflows/${workflow}`));

  const execute = (json: object, status = 200) =>
    api.expect<ExecutionResource>(status, 'POST', `/workflows/${workflow}/execute?wait=30`, { json });
  const stepsOf = ({ steps }: ExecutionResource) => steps.map((step) => [step.step_id, step.output, step.stand_in]);

  it('is what the page shows, with the inputs of what was rendered', async () => {
    const execution = (await run('test', { WORKFLOW: workflow })) as { id: string };
    expect(execution).toMatchObject(output('test'));
    const order = await api.expect(200, 'GET', `/executions/${execution.id}/steps/order`);
    expect(order).toMatchObject({ stand_in: 'rendered', input: { method: 'POST', body: { left: 3 } } });
    const fetch = await api.expect(200, 'GET', `/executions/${execution.id}/steps/fetch`);
    expect(fetch).toMatchObject({ stand_in: 'mock', input: null, input_error: { code: 'INPUT_UNKNOWN' } });
  });

  it('begins in the middle of an earlier one, with its results and its input', async () => {
    const first = await execute({ input: { name: 'Ada' }, test: {} });
    const steps = [
      { id: 'greeting', type: 'transform', config: { output: 'is not run' } },
      { id: 'shout', type: 'transform', config: { output: '{{greeting.output}}, {{input.name}}' } },
    ];
    const from = { execution_id: first.id, path: 'shout' };
    const again = await execute({ test: { document: { name: 'Tried', steps }, from } });
    expect(again).toMatchObject({ status: 'completed', output: 'Hello Ada, Ada', test: true });
    expect(again.steps.map(({ step_id, reused }) => [step_id, reused])).toEqual([
      ['greeting', true],
      ['shout', undefined],
    ]);
    expect(await execute({ input: { name: 'Bo' }, test: { from } })).toMatchObject({ output: 'HELLO ADA' });
    const refused = [
      [400, { ...from, path: 'nowhere' }],
      [404, { ...from, execution_id: `exec_${'0'.repeat(26)}` }],
    ] as const;
    for (const [status, where] of refused) await execute({ test: { from: where } }, status);
  });

  it('runs the draft with its pins, or a version with mocks, also of a paused workflow', async () => {
    const steps = [{ id: 'greeting', type: 'transform', config: { output: 'Bye' } }];
    const draft = { document: { name: 'Tried', steps }, pins: { greeting: 'Pinned', gone: 1 }, based_on: 1 };
    await api.expect(200, 'PUT', `/workflows/${workflow}/draft`, { json: draft });
    await api.expect(200, 'POST', `/workflows/${workflow}/pause`);
    expect(stepsOf(await execute({ test: { draft: true } }))).toEqual([['greeting', 'Pinned', 'pin']]);
    expect(stepsOf(await execute({ test: { draft: true, pins: false } }))).toEqual([['greeting', 'Bye', undefined]]);
    expect(stepsOf(await execute({ test: { pins: true } }))).toEqual([
      ['greeting', 'Pinned', 'pin'],
      ['shout', 'PINNED', undefined],
    ]);
    expect(stepsOf(await execute({ test: { mocks: { greeting: 'a' }, until: 'greeting' } }))).toEqual([
      ['greeting', 'a', 'mock'],
    ]);
    await execute({ input: {} }, 409);
    await api.expect(200, 'POST', `/workflows/${workflow}/activate`);
  });

  it('is refused for what is not valid, and to who may not write workflows', async () => {
    const unsaved = { name: 'x', steps: [{ id: 'a', type: 'http', config: { url: 1 } }] };
    const issues = async (test: object) =>
      (
        (await execute({ test }, 400)) as unknown as { error: { details: { issues: { path: string }[] } } }
      ).error.details.issues.map(({ path }) => path);
    expect(await issues({ document: unsaved })).toEqual(['steps[0].config.url']);
    expect(await issues({ mocks: { nowhere: 1 }, until: 'nowhere' })).toEqual(['test.mocks.nowhere', 'test.until']);
    expect(await issues({ draft: true, document: unsaved })).toEqual(['test']);
    const scopes = ['executions:write', 'executions:read'];
    const json = { name: 'Only starts', scopes };
    const token = await api.expect<{ id: string; token: string }>(201, 'POST', '/tokens', { json });
    const starter = new ApiClient(token.token);
    const document = { name: 'x', steps: [] };
    for (const test of [{ document }, { mocks: { greeting: 'a' } }, { only: 'greeting' }, {}])
      await starter.expect(403, 'POST', `/workflows/${workflow}/execute`, { json: { test } });
    const other = await api.create({ name: 'Started', steps: [{ id: 'a', type: 'transform', config: { output: 1 } }] });
    await starter.expect(202, 'POST', `/workflows/${other.id}/execute`, { json: {} });
    await api.expect(204, 'DELETE', `/tokens/${token.id}`);
  });

  it('is in lists as a test, in no count and no figure, and is not done again', async () => {
    const live = await execute({ input: { name: 'Ada' } });
    const failed = await execute({ test: { mocks: { greeting: { error: { code: 'STEP_FAILED' } } } } });
    expect(failed).toMatchObject({ test: true, status: 'failed' });
    const listed = async (query: string) =>
      (await api.expect<ExecutionList>(200, 'GET', `/workflows/${workflow}/executions?${query}`)).executions;
    const has = async (query: string, id: string) => (await listed(query)).some((one) => one.id === id);
    await waitUntil('both to be recorded', async () => (await has('', live.id)) && (await has('', failed.id)));
    expect((await listed('test=true')).every(({ test }) => test === true)).toBe(true);
    expect(await has('test=true', failed.id)).toBe(true);
    expect((await listed('test=false')).map(({ id }) => id)).toEqual([live.id]);
    const totals = async () => (await api.expect<WorkflowStats>(200, 'GET', `/workflows/${workflow}/stats`)).totals;
    await waitUntil('the live one to be counted', async () => (await totals()).completed === 1);
    expect(await totals()).toMatchObject({ total: 1, failed: 0 });
    expect(await api.expect(200, 'GET', `/workflows/${workflow}`)).toMatchObject({ execution_count: 1 });
    const again = await api.expect(409, 'POST', `/executions/${failed.id}/retry`);
    expect(again).toMatchObject({ error: { code: 'EXECUTION_IS_TEST' } });
  });
});
