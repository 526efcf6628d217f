import type { WorkflowResource } from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { eventually } from './support/eventually.js';
import { platformCommand } from './support/platform.js';
import { allReady } from './support/readiness.js';

it('the whole platform stopped and started again has everything it had, at the same address', async () => {
  const api = new ApiClient();
  const workflow = await api.create({
    name: 'Survivor',
    trigger: { type: 'webhook' },
    steps: [{ id: 'answer', type: 'transform', config: { output: '{{input.n}}' } }],
  });
  const finished = await api.run(workflow.id, { n: 1 });
  // Some that may be anywhere between acceptance and record when everything stops.
  const webhook = ApiClient.webhookPath(workflow);
  const late = await Promise.all(
    Array.from({ length: 20 }, (_, n) => api.expect<{ execution_id: string }>(202, 'POST', webhook, { json: { n } })),
  );
  await platformCommand('down');
  await platformCommand('up', { built: true });
  await allReady();

  const restarted = new ApiClient();
  const counted = await restarted.expect<WorkflowResource>(200, 'GET', `/workflows/${workflow.id}`);
  expect({ ...counted, execution_count: 0 }).toEqual({ ...workflow, execution_count: 0 });
  expect(await restarted.execution(finished.id)).toEqual(finished);
  for (const [n, { execution_id: id }] of late.entries()) {
    const execution = await restarted.ended(id);
    expect([execution.status, execution.output]).toEqual(['completed', n]);
  }
  expect((await restarted.run(workflow.id, { n: 'after' })).output).toBe('after');
  await restarted.expect(202, 'POST', webhook, { json: { n: 'again' } });
  await eventually('every execution is counted', async () => {
    const { execution_count: count } = await restarted.expect<WorkflowResource>(
      200,
      'GET',
      `/workflows/${workflow.id}`,
    );
    return count === late.length + 3 || undefined;
  });
});
