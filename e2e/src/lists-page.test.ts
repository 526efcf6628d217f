import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionStats, WorkflowList, WorkflowResource, WorkflowStats } from '@millrace/contracts';
import { ApiClient, apiBase } from './support/api.js';
import { eventually } from './support/eventually.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/lists.md shows is what happens: its commands are run as they are there, in their order.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'lists.md'), 'utf8');
const examples = [...page.matchAll(/<!-- (run|output): (\w+) -->\n\n```(?:sh|json)\n([^]*?)```/g)].map(
  ([, what = '', name = '', text = '']) => ({ what, name, text }),
);
const api = new ApiClient();
const steps = [{ id: 'greeting', type: 'transform', config: { output: 'Hello' } }];

async function run<Answer>(name: string, environment: Record<string, string> = {}): Promise<Answer> {
  const { text = '' } = examples.find((one) => one.what === 'run' && one.name === name) ?? {};
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token, ...environment };
  return JSON.parse((await promisify(execFile)('bash', ['-c', text], { env })).stdout) as Answer;
}
const shown = (name: string): object =>
  JSON.parse(examples.find((one) => one.what === 'output' && one.name === name)?.text ?? '') as object;

it('the commands of the page find what is printed below them', async () => {
  expect(examples.map(({ what, name }) => `${what} ${name}`)).toEqual([
    'run find',
    'output find',
    'run deleted',
    'run restore',
    'run stats',
    'output stats',
    'run all',
  ]);
  const trigger = { type: 'webhook' };
  const { id } = await api.create({ name: "The shop's orders", tags: ['Sales', 'EU'], trigger, steps });
  const { id: deleted } = await api.create({ name: 'The old orders', trigger, steps });
  await api.run(id, {});
  await api.call('DELETE', `/workflows/${deleted}`);

  // Lists know of an execution a moment after it has ended.
  const found = await eventually('the execution in the list', async () => {
    const list = await run<WorkflowList>('find');
    return list.workflows[0]?.last_execution?.status === 'completed' ? list : undefined;
  });
  expect(found).toMatchObject(shown('find'));

  const gone = await run<WorkflowList>('deleted');
  expect(gone.workflows.find((one) => one.id === deleted)).toMatchObject({
    status: 'active',
    deleted_at: expect.any(String) as string,
    restorable_until: expect.any(String) as string,
  });
  expect(await run<WorkflowResource>('restore', { DELETED: deleted })).toMatchObject({ id: deleted });
  expect((await run<WorkflowList>('deleted')).workflows.map((one) => one.id)).not.toContain(deleted);

  const stats = await eventually('the figures', async () => {
    const answer = await run<WorkflowStats>('stats', { WORKFLOW: id });
    return answer.totals.total > 0 ? answer : undefined;
  });
  expect(stats).toMatchObject(shown('stats'));
  expect(stats.buckets).toHaveLength(30);
  const all = await run<ExecutionStats>('all');
  expect(all.totals.total).toBeGreaterThan(0);
  expect(all.workflows?.length).toBeGreaterThan(0);
});

it('orders by the last run once history has reported it', async () => {
  const tag = `ran-${Date.now()}`;
  const ids: string[] = [];
  for (const name of ['first', 'second']) ids.push((await api.create({ name, tags: [tag], steps })).id);
  await api.run(ids[0] ?? '', {});
  const order = async () => {
    const { body } = await api.call<WorkflowList>('GET', `/workflows?tag=${tag}&sort=last_run`);
    return body.workflows.map((one) => one.id);
  };
  await eventually('the order', async () => ((await order())[0] === ids[0] ? true : undefined));
  expect(await order()).toEqual(ids);
});
