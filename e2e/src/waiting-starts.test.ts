import { randomUUID } from 'node:crypto';
import type { ExecutionAccepted, ExecutionResource } from '@millrace/contracts';
import { ApiClient } from './support/api.js';

/*
 * A start that waits for the end, through all services: what history publishes reaches the gateway that waits.
 */

const api = new ApiClient();

it('returns the whole execution when it ends in time, one that is suspended meanwhile too', async () => {
  const steps = [
    { id: 'pause', type: 'wait', config: { duration: '3s' } },
    { id: 'greeting', type: 'transform', config: { output: 'Hello {{input.name}}!' } },
  ];
  const workflow = await api.create({ name: 'Wait and greet', trigger: { type: 'webhook' }, steps });
  const path = `/workflows/${workflow.id}/execute?wait=25`;
  const execution = await api.expect<ExecutionResource>(200, 'POST', path, { json: { input: { name: 'Ada' } } });
  expect(execution).toMatchObject({ status: 'completed', output: 'Hello Ada!', steps_total: 2 });
  expect(await api.execution(execution.id)).toEqual(execution);
});

it('returns a failed execution as well', async () => {
  const steps = [{ id: 'broken', type: 'transform', config: { output: '{{input.a.b.c}}' } }];
  const workflow = await api.create({ name: 'Fail', trigger: { type: 'webhook' }, steps });
  const headers = { prefer: 'wait=25' };
  const path = `/workflows/${workflow.id}/execute`;
  const execution = await api.expect<ExecutionResource>(200, 'POST', path, { headers, json: { input: {} } });
  expect(execution).toMatchObject({ status: 'failed', error: { code: 'EXPRESSION_FAILED' }, failed_path: 'broken' });
});

it('returns what a start returns when it takes longer, and under the same key the execution later', async () => {
  const steps = [{ id: 'pause', type: 'wait', config: { duration: '4s' } }];
  const workflow = await api.create({ name: 'Wait', trigger: { type: 'webhook' }, steps });
  const path = `/workflows/${workflow.id}/execute`;
  const headers = { 'idempotency-key': randomUUID() };
  const accepted = await api.expect<ExecutionAccepted>(202, 'POST', `${path}?wait=1`, { headers });
  const again = await api.expect<ExecutionResource>(200, 'POST', `${path}?wait=25`, { headers });
  expect(again).toMatchObject({ id: accepted.id, status: 'completed' });
});
