import type { ApprovalList, ExecutionResource } from '@millrace/contracts';
import { ageOut } from './support/aged-journal.js';
import { ApiClient } from './support/api.js';
import { CountingService } from './support/counting-service.js';
import { eventually, inParallel } from './support/eventually.js';
import { killHard } from './support/platform.js';
import { allReady } from './support/readiness.js';

/* Executions that wait for longer than their journal is kept: the record is what they go on from, once and with everything that they have done. */

const api = new ApiClient();
let service: CountingService;

beforeAll(async () => {
  service = await CountingService.start();
});
afterAll(() => service.stop());

const call = (id: string) => ({
  id,
  type: 'http',
  config: { method: 'POST', url: `${service.url}/{{execution.id}}/${id}` },
});
const signal = { id: 'hold', type: 'wait', config: { signal: 'go' } };

/** Starts a workflow that calls the service before and behind the steps given. */
async function started(steps: object[], settings: object = {}): Promise<string> {
  const told = { id: 'told', type: 'transform', config: { output: '{{before.output.body.call}} {{input.n}}' } };
  const { id } = await api.create({ name: 'Waits', steps: [call('before'), ...steps, call('behind'), told], settings });
  return (await api.execute(id, { n: 7 })).id;
}

async function waiting(id: string): Promise<ExecutionResource> {
  return eventually(`${id} waits`, async () => {
    const found = await api.execution(id);
    return found.status === 'waiting' ? found : undefined;
  });
}

const paths = (id: string) => service.callsTo(`/${id}/`).map(({ path }) => path.split('/')[2]);

/** It has gone on with what it had done before, and has done nothing of that again. */
async function expectEnded(id: string): Promise<ExecutionResource> {
  const ended = await api.ended(id, 110_000);
  expect(ended).toMatchObject({ status: 'completed', input: { n: 7 } });
  expect(String(ended.output)).toMatch(/^\d+ 7$/);
  expect(paths(id).filter((path) => path === 'before')).toHaveLength(1);
  expect(paths(id).filter((path) => path === 'behind').length).toBeGreaterThanOrEqual(1);
  return ended;
}

test('are woken by what they wait for, also when the executor dies of it', async () => {
  const child = await api.create({ name: 'Child', steps: [signal] });
  const until = new Date(Date.now() + 25_000).toISOString();
  const executions = {
    time: await started([{ id: 'hold', type: 'wait', config: { until } }]),
    signal: await started([signal]),
    approval: await started([{ id: 'hold', type: 'approval', config: { message: 'May it?' } }]),
    child: await started([{ id: 'hold', type: 'sub_workflow', config: { workflow_id: child.id } }]),
    slot: await started([signal], { concurrency: { limit: 1 } }),
    paused: await started([signal]),
    cancelled: await started([signal]),
  };
  const ids = Object.values(executions);
  await inParallel(ids, 4, waiting);
  const called = await eventually('its child waits', async () => {
    const { executions: found } = await api.executions(`parent_execution_id=${executions.child}&status=waiting`);
    return found[0]?.id;
  });
  const before = await inParallel(ids, 4, (id) => api.execution(id));
  await ageOut([...ids, called]);
  expect(await inParallel(ids, 4, (id) => api.execution(id))).toEqual(before);

  // One whose journal is gone keeps its slot.
  const { workflow_id } = await api.execution(executions.slot);
  const queued = (await api.execute(workflow_id, { n: 7 })).id;
  await waiting(queued);
  expect(paths(queued)).toEqual([]);

  const send = (id: string) => api.expect(202, 'POST', `/executions/${id}/signals/go`, { json: { payload: 1 } });
  await api.expect(200, 'POST', `/executions/${executions.paused}/pause`, { json: {} });
  await api.expect(200, 'POST', `/executions/${executions.cancelled}/cancel`, { json: { reason: 'enough' } });
  const { approvals } = await api.expect<ApprovalList>(200, 'GET', `/approvals?execution_id=${executions.approval}`);
  await Promise.all([
    ...[executions.signal, executions.slot, executions.paused, called].map(send),
    api.expect(200, 'POST', `/approvals/${approvals[0]?.id}/decide`, { json: { approved: true } }),
  ]);
  killHard('service:executor');
  await allReady();
  expect((await api.execution(executions.paused)).status).not.toBe('completed');
  await api.expect(200, 'POST', `/executions/${executions.paused}/resume`, { json: {} });
  expect(await api.ended(executions.cancelled)).toMatchObject({
    status: 'cancelled',
    cancellation: { reason: 'enough' },
  });
  expect(paths(executions.cancelled)).toEqual(['before']);
  const { cancelled: _, ...others } = executions;
  for (const id of Object.values(others)) await expectEnded(id);

  // The record is whole: the journal has only what came behind.
  await ageOut(ids);
  const after = await inParallel(ids, 4, (id) => api.execution(id));
  expect(after.map(({ status, steps }) => [status, steps.map((step) => step.status)])).toEqual(
    ids.map((id) => [id === executions.cancelled ? 'cancelled' : 'completed', expect.any(Array) as unknown]),
  );
  // And has given it back at its end.
  await eventually('the next one runs', () => Promise.resolve(paths(queued).length > 0 ? true : undefined));
  await waiting(queued);
  await send(queued);
  await expectEnded(queued);
});

test('are retried and replayed by what is recorded', async () => {
  const fails = { id: 'fails', type: 'stop', config: { status: 'failed', message: 'No' } };
  const id = await started([fails]);
  expect((await api.ended(id)).status).toBe('failed');
  await eventually('it is listed', async () => {
    const { workflow_id } = await api.execution(id);
    return (await api.executions(`workflow_id=${workflow_id}&status=failed`)).executions[0];
  });
  await ageOut([id]);
  const retried = await api.expect<{ id: string }>(202, 'POST', `/executions/${id}/retry`, { json: {} });
  expect(await api.ended(retried.id)).toMatchObject({
    status: 'failed',
    retried_from: id,
    input: { n: 7 },
    steps: [{ path: 'before', status: 'completed', reused: true }, { path: 'fails' }],
  });
  expect(paths(retried.id)).toEqual([]);
  const replayed = await api.expect<{ id: string }>(202, 'POST', `/executions/${id}/replay`, { json: {} });
  expect(await api.ended(replayed.id)).toMatchObject({ status: 'failed', replayed_from: id });
  expect(paths(replayed.id)).toEqual(['before']);
});
