import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionResource, WorkflowResource } from '@millrace/contracts';
import { ApiClient, apiBase } from './support/api.js';
import { eventually } from './support/eventually.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/sub-workflows.md shows is what happens: its commands are run as they are there.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'sub-workflows.md'), 'utf8');
const examples = [...page.matchAll(/<!-- (run|output): (\w+) -->\n\n```(?:sh|json)\n([^]*?)```/g)].map(
  ([, what = '', name = '', text = '']) => ({ what, name, text }),
);
const api = new ApiClient();

const run = async <Answer>(name: string, environment: Record<string, string> = {}): Promise<Answer> => {
  const { text = '' } = examples.find((one) => one.what === 'run' && one.name === name) ?? {};
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token, ...environment };
  return JSON.parse((await promisify(execFile)('bash', ['-c', text], { env })).stdout) as Answer;
};
const shown = (name: string): object =>
  JSON.parse(examples.find((one) => one.what === 'output' && one.name === name)?.text ?? '') as object;
const startedBy = async (id: string): Promise<readonly { readonly id: string }[]> =>
  (await api.executions(`parent_execution_id=${id}`)).executions;

const HOLD = { id: 'hold', type: 'wait', config: { duration: '1h' } };
const calls = (workflow_id: string, rest: object = {}) => ({
  id: 'call',
  type: 'sub_workflow',
  config: { workflow_id },
  ...rest,
});
const workflow = (name: string, steps: object[]) => api.create({ name, trigger: { type: 'webhook' }, steps });

it('the commands of the page run one workflow by another, and find what was started', async () => {
  const child = await run<WorkflowResource>('child');
  const parent = await run<WorkflowResource>('parent', { CHILD: child.id });
  expect(parent.warnings ?? []).toEqual([]);
  const ended = await run<ExecutionResource>('execute', { PARENT: parent.id });
  expect(ended).toMatchObject(shown('execute'));
  const children = await eventually('it is listed', async () => {
    const list = await run<{ executions: ExecutionResource[] }>('children', { EXECUTION: ended.id });
    return list.executions.length > 0 ? list : undefined;
  });
  expect(children).toMatchObject(shown('children'));
  const [one] = children.executions;
  expect(ended.steps[0]?.child_execution_id).toBe(one?.id);
  expect(await api.execution(one?.id ?? '')).toMatchObject({
    input: { net: 100 },
    parent: { execution_id: ended.id, step_path: 'price' },
  });
});

it('a cancel goes down to all that is waited for, however deep', async () => {
  const lowest = await workflow('Lowest', [HOLD]);
  const middle = await workflow('Middle', [calls(lowest.id)]);
  const top = await workflow('Top', [calls(middle.id)]);
  const { id } = await api.execute(top.id);
  const waiting = async (of: string, from: string): Promise<string> =>
    eventually(`what ${of} has started waits`, async () => {
      const child = (await api.execution(from)).steps[0]?.child_execution_id;
      if (child === undefined) return undefined;
      return (await api.call<ExecutionResource>('GET', `/executions/${child}`)).body.status === 'waiting'
        ? child
        : undefined;
    });
  const second = await waiting('the first', id);
  const third = await waiting('the second', second);
  await run('cancel', { EXECUTION: id });
  for (const one of [id, second, third]) expect((await api.ended(one)).status).toBe('cancelled');
  expect((await startedBy(second)).map((one) => one.id)).toEqual([third]);
});

it('one that is cancelled, or takes too long, is what its step fails of', async () => {
  const child = await workflow('Holds', [HOLD]);
  const parent = await workflow('Calls', [
    calls(child.id, { timeout: '3s', on_error: 'continue' }),
    { ...calls(child.id), id: 'again' },
  ]);
  const { id } = await api.execute(parent.id);
  const childOf = (path: string) =>
    eventually(`${path} has started one`, async () => {
      const started = (await api.execution(id)).steps.find((step) => step.path === path)?.child_execution_id;
      return started !== undefined && (await startedBy(id)).some((one) => one.id === started) ? started : undefined;
    });
  const first = await childOf('call');
  const second = await childOf('again');
  expect((await api.ended(first)).status).toBe('cancelled');
  await api.expect(200, 'POST', `/executions/${second}/cancel`, { json: { reason: 'Enough' } });
  const { steps, error } = await api.ended(id);
  expect(steps[0]?.error?.code).toBe('STEP_TIMEOUT');
  expect(error).toMatchObject({
    code: 'SUB_WORKFLOW_FAILED',
    message: 'The sub-workflow was cancelled: Enough',
    details: { execution_id: second, status: 'cancelled' },
  });
});

it('the commands of the page start a workflow when an execution fails, once', async () => {
  const handler = await run<WorkflowResource>('handler');
  const failing = await run<WorkflowResource>('failing', { HANDLER: handler.id });
  expect(failing.warnings ?? []).toEqual([]);
  const { id } = await api.execute(failing.id, { order: 7 });
  expect((await api.ended(id)).status).toBe('failed');
  const handled = await eventually('it is started', async () => {
    const { executions } = await api.executions(`workflow_id=${handler.id}&status=completed`);
    return executions.length > 0 ? executions : undefined;
  });
  expect(handled).toHaveLength(1);
  const execution = await api.execution(handled[0]?.id ?? '');
  expect(execution).toMatchObject({
    trigger: { type: 'failure', execution_id: id, workflow_id: failing.id },
    input: { ...shown('input'), execution_id: id, workflow_id: failing.id },
    output: 'Check failed at check: No stock',
  });
});

it('every command of the page is run', () => {
  const names = examples.flatMap(({ what, name }) => (what === 'run' ? [name] : []));
  expect(names).toEqual(['child', 'parent', 'execute', 'children', 'cancel', 'handler', 'failing']);
});
