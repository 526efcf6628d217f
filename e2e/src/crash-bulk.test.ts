import type { JobAccepted, ExecutionSummary, JobResource } from '@millrace/contracts';
import { ApiClient } from './support/api.js';
import { eventually, inParallel } from './support/eventually.js';
import { killHard } from './support/platform.js';
import { allReady } from './support/readiness.js';

/*
 * A job that retries many executions goes on when whoever drives it and whoever starts the retries are killed, and starts none of them twice.
 */

const api = new ApiClient();
const COUNT = 100;

async function listed(query: string): Promise<ExecutionSummary[]> {
  const found: ExecutionSummary[] = [];
  for (let after = ''; ;) {
    const page = await api.executions(`${query}&limit=100${after}`);
    found.push(...page.executions);
    if (page.next_cursor === null) return found;
    after = `&starting_after=${page.next_cursor}`;
  }
}

it('a job whose services are killed again and again retries each execution once', async () => {
  const fail = { id: 'end', type: 'stop', config: { status: 'failed', message: 'no' } };
  const { id } = await api.create({ name: 'Fails', trigger: { type: 'webhook' }, steps: [fail] });
  await inParallel(Array.from({ length: COUNT }), 10, () => api.execute(id));
  await eventually('all have failed', async () => {
    const { length } = await listed(`status=failed&workflow_id=${id}`);
    return length === COUNT || undefined;
  });
  const json = { action: 'retry', filter: { workflow_id: id } };
  const { job_id, matched } = await api.expect<JobAccepted>(202, 'POST', '/executions/bulk', { json });
  expect(matched).toBe(COUNT);
  const read = () => api.expect<JobResource>(200, 'GET', `/jobs/${job_id}`);
  for (const part of [1, 41]) {
    await eventually(`${part} are dealt with`, async () => (await read()).done >= part || undefined);
    for (const name of ['service:definitions', 'service:executor']) killHard(name);
    await allReady();
  }
  const job = await eventually(
    'the job has ended',
    async () => {
      const now = await read();
      return now.ended_at === null ? undefined : now;
    },
    { timeoutMs: 120_000 },
  );
  expect(job).toMatchObject({ status: 'completed', total: COUNT, done: COUNT, counts: { ok: COUNT } });
  const retries = await eventually('the retries have ended', async () => {
    const found = await listed(`status=failed&trigger_type=retry&workflow_id=${id}`);
    return found.length >= COUNT ? found : undefined;
  });
  expect(retries.map((one) => one.retried_from).sort()).toEqual(job.results.map(({ item }) => item).sort());
  expect(retries.map((one) => one.id).sort()).toEqual(job.results.map((one) => one.execution_id).sort());
});
