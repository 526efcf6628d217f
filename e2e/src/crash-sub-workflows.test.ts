import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowResource } from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { eventually, inParallel } from './support/eventually.js';
import { killHard } from './support/platform.js';
import { allReady } from './support/readiness.js';

/*
 * Executions start others while what runs, records and stores them is killed: each step has one execution, each failure starts its workflow once, and a
 * cancel reaches what is waited for.
 */

const api = new ApiClient();
const PARENTS = 12;
const ITEMS = 4;

let child: WorkflowResource;
let handler: WorkflowResource;
let parent: WorkflowResource;

const create = (name: string, steps: object[], rest: object = {}) =>
  api.create({ name, trigger: { type: 'webhook' }, steps, ...rest });

beforeAll(async () => {
  const hold = { id: 'hold', type: 'wait', config: { duration: '{{input.item == 2 ? "2500ms" : "200ms"}}' } };
  const fails = { id: 'fails', type: 'stop', if: 'input.item == 3', config: { status: 'failed', message: 'Three' } };
  const give = { id: 'give', type: 'transform', config: { output: '{{input.item}}' } };
  handler = await create('Handles', [{ id: 'note', type: 'transform', config: { output: '{{input.execution_id}}' } }]);
  child = await create('Child', [hold, fails, give], { settings: { on_failure_workflow: handler.id } });
  const call = { id: 'call', type: 'sub_workflow', config: { workflow_id: child.id, input: { item: '{{item}}' } } };
  const items = Array.from({ length: ITEMS }, (_, index) => index);
  const config = { items, concurrency: 2, continue_on_item_error: true, steps: [call] };
  parent = await create('Parent', [{ id: 'each', type: 'loop', config }]);
});

test('whatever is killed, each step starts one execution and each failure is handled once', async () => {
  const started = [];
  for (let number = 0; number < PARENTS; number++) started.push((await api.execute(parent.id)).id);
  for (const victim of ['service:executor', 'service:history', 'service:executor', 'server:nats', 'service:executor']) {
    await sleep(700);
    killHard(victim);
    await allReady();
  }
  const ended = await inParallel(started, 4, (id) => api.ended(id, 110_000));
  expect(ended.map(({ status, output }) => [status, output])).toEqual(
    started.map(() => ['completed', [0, 1, 2, null]]),
  );
  const children = ended.flatMap(({ steps }) => steps.flatMap(({ child_execution_id: id }) => id ?? []));
  expect(new Set(children).size).toBe(PARENTS * ITEMS);
  const listed = await eventually('history has all of them', async () => {
    const { executions } = await api.executions(`workflow_id=${child.id}&limit=100`);
    return executions.length >= children.length && executions.every(({ status }) => status !== 'running')
      ? executions
      : undefined;
  });
  expect(listed.map(({ id }) => id).sort()).toEqual([...children].sort());
  const failed = listed.flatMap(({ id, status }) => (status === 'failed' ? [id] : []));
  expect(failed).toHaveLength(PARENTS);
  const handled = await eventually('each failure is handled', async () => {
    const { executions } = await api.executions(`workflow_id=${handler.id}&status=completed&limit=100`);
    return executions.length >= PARENTS ? executions : undefined;
  });
  const outputs = await inParallel(handled, 4, async ({ id }) => (await api.execution(id)).output);
  expect(outputs.sort()).toEqual([...failed].sort());
});

test('a cancel reaches what is waited for, also when the executor dies of it', async () => {
  const holds = await create('Holds', [{ id: 'hold', type: 'wait', config: { duration: '1h' } }]);
  const calls = await create('Calls', [{ id: 'call', type: 'sub_workflow', config: { workflow_id: holds.id } }]);
  const { id } = await api.execute(calls.id);
  const waiting = await eventually('both wait', async () => {
    const started = (await api.execution(id)).steps[0]?.child_execution_id;
    if (started === undefined) return undefined;
    const { executions } = await api.executions(`parent_execution_id=${id}&status=waiting`);
    return executions.some((one) => one.id === started) ? started : undefined;
  });
  await api.expect(200, 'POST', `/executions/${id}/cancel`, {});
  killHard('service:executor');
  await allReady();
  expect((await api.ended(id)).status).toBe('cancelled');
  expect((await api.ended(waiting)).status).toBe('cancelled');
});
