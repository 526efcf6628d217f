import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionResource } from '@millrace/contracts';
import { ApiClient, apiBase } from './support/api.js';
import { eventually } from './support/eventually.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/concurrency.md shows is what happens: its commands are run as they are there.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'concurrency.md'), 'utf8');
const api = new ApiClient();

async function run(name: string, environment: Record<string, string> = {}): Promise<string> {
  const [, text = ''] = new RegExp(`<!-- run: ${name} -->\n\n\`\`\`sh\n([^]*?)\`\`\``).exec(page) ?? [];
  expect(text).not.toBe('');
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token, ...environment };
  return (await promisify(execFile)('bash', ['-c', text], { env })).stdout;
}

const HOLD = { id: 'hold', type: 'wait', config: { duration: '1h' } };
const reached = (id: string, status: string): Promise<ExecutionResource> =>
  eventually(`the execution is ${status}`, async () => {
    const execution = await api.execution(id);
    return execution.status === status ? execution : undefined;
  });

it('the second order of a customer waits until the first one is done', async () => {
  const { id } = JSON.parse(await run('create')) as { id: string };
  const printed = await run('execute', { WORKFLOW: id });
  const [first = '', second = ''] = [...printed.matchAll(/"id": ?"(exec_\w+)"/g)].map(([, execution]) => execution);
  const { id: other } = await api.execute(id, { customer: 'c2', order: 3 });
  // Without a step: whichever of the two was taken first, the other one has none yet.
  await eventually('one of them waits for its slot', async () => {
    const both = await Promise.all([api.execution(first), api.execution(second)]);
    return both.some(({ status, steps }) => status === 'waiting' && steps.length === 0) || undefined;
  });
  const ends = await Promise.all([first, second, other].map((execution) => api.ended(execution)));
  expect(ends.map(({ output }) => output)).toEqual([1, 2, 3]);
  const [one, two] = ends.map(({ steps }) => steps.map(({ started_at }) => started_at ?? ''));
  const [earlier = [], later = []] = [one ?? [], two ?? []].sort((a, b) => (a[0] ?? '').localeCompare(b[0] ?? ''));
  // The later one has begun nothing before the earlier one had its last step.
  expect((later[0] ?? '') >= (earlier[1] ?? '~')).toBe(true);
});

it('one that is skipped says so, and one that replaces others has them cancelled', async () => {
  const document = (on_conflict: string) => ({
    name: 'Hold',
    trigger: { type: 'webhook' },
    settings: { concurrency: { limit: 1, on_conflict } },
    steps: [HOLD],
  });
  const skips = await api.create(document('skip'));
  const { id: holds } = await api.execute(skips.id);
  await reached(holds, 'waiting');
  const { id: skipped } = await api.execute(skips.id);
  expect(await reached(skipped, 'cancelled')).toMatchObject({
    steps: [],
    cancellation: { reason: expect.stringMatching(/^Skipped: 1 of the workflow runs already/) as string },
  });
  const replaces = await api.create(document('cancel_running'));
  const { id: old } = await api.execute(replaces.id);
  await reached(old, 'waiting');
  const { id: young } = await api.execute(replaces.id);
  expect(await reached(old, 'cancelled')).toMatchObject({
    cancellation: { reason: `Replaced by ${young} (settings.concurrency)` },
  });
  await eventually('it runs', async () => (await api.execution(young)).steps.length === 1 || undefined);
  // A cancel gives the slot back: also that of one which waits in a step, and of one which waits for its slot.
  const { id: last } = await api.execute(skips.id);
  await reached(last, 'cancelled');
  await api.expect(200, 'POST', `/executions/${holds}/cancel`);
  await reached(holds, 'cancelled');
  const { id: next } = await api.execute(skips.id);
  await eventually('it runs', async () => (await api.execution(next)).steps.length === 1 || undefined);
});
