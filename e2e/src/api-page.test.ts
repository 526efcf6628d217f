import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionAccepted } from '@millrace/contracts';
import { ApiClient, apiBase } from './support/api.js';
import { readEndpoints, REPOSITORY } from './support/platform.js';

/*
 * What docs/api.md shows is what happens: its commands are run as they are there, in their order.
 */

const page = readFileSync(join(REPOSITORY, 'docs', 'api.md'), 'utf8');
const examples = new Map(
  [...page.matchAll(/<!-- (run|output): (\w+) -->\n\n```(\w+)\n([^]*?)```/g)].map(([, what, name, , text = '']) => [
    `${what} ${name}`,
    text,
  ]),
);
const api = new ApiClient();
let workflowId: string;

beforeAll(async () => {
  const steps = [{ id: 'double', type: 'transform', config: { output: '{{input.n}}' } }];
  workflowId = (await api.create({ name: 'Orders', steps, settings: { missing: 'empty' } })).id;
});

const run = async (name: string): Promise<string> => {
  const env = { ...process.env, API: apiBase(), TOKEN: readEndpoints().token, WORKFLOW: workflowId };
  return (await promisify(execFile)('bash', ['-c', examples.get(`run ${name}`) ?? 'false'], { env })).stdout;
};
const shown = (name: string): unknown => JSON.parse(examples.get(`output ${name}`) ?? '');
const startedBy = async (): Promise<number> => {
  return (await api.executions(`workflow_id=${workflowId}&limit=100`)).executions.length;
};

it('has what this test runs', () => {
  expect([...examples.keys()]).toEqual([
    'run error',
    'output error',
    'run key',
    'run reused',
    'output reused',
    'run write',
    'run page',
  ]);
});

it('shows an error as it is', async () => {
  expect(JSON.parse(await run('error'))).toMatchObject(shown('error') as object);
});

it('starts an execution once under a key, and refuses another request', async () => {
  const [first, second] = [await run('key'), await run('key')];
  const bodyOf = (answer: string): string => answer.split('\r\n\r\n').at(-1) ?? '';
  expect(first).toMatch(/^HTTP\/1\.1 202 /);
  expect(first).not.toContain('Idempotency-Replayed');
  expect(second).toContain('Idempotency-Replayed: true');
  expect(bodyOf(second)).toBe(bodyOf(first));
  expect(JSON.parse(await run('reused'))).toMatchObject(shown('reused') as object);
  expect(await startedBy()).toBe(1);
});

it('makes a token once under a key, and shows it again', async () => {
  const [first, second] = [await run('write'), await run('write')];
  const bodyOf = (answer: string): { id: string; token: string } =>
    JSON.parse(answer.split('\r\n\r\n').at(-1) ?? '') as { id: string; token: string };
  expect(first).toMatch(/^HTTP\/1\.1 201 /);
  expect(second).toContain('Idempotency-Replayed: true');
  expect(bodyOf(second)).toEqual(bodyOf(first));
  const { tokens } = await api.expect<{ tokens: { id: string; name: string }[] }>(200, 'GET', '/tokens?limit=100');
  expect(tokens.filter(({ name }) => name === 'CRM').map(({ id }) => id)).toEqual([bodyOf(first).id]);
  await api.expect(204, 'DELETE', `/tokens/${bodyOf(first).id}`);
});

it('starts it once for 50 at the same time, also when it is repeated after its end', async () => {
  const before = await startedBy();
  const headers = { 'idempotency-key': randomUUID() };
  const start = () =>
    api.call<ExecutionAccepted>('POST', `/workflows/${workflowId}/execute`, { json: { input: {} }, headers });
  const answers = await Promise.all(Array.from({ length: 50 }, start));
  expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
  const id = answers[0]?.body.id ?? '';
  await api.ended(id);
  expect((await start()).body.id).toBe(id);
  await api.expect(200, 'PATCH', `/workflows/${workflowId}`, { json: { status: 'paused' } });
  expect((await start()).body.id).toBe(id);
  expect(await startedBy()).toBe(before + 1);
});

it('shows a page of executions', async () => {
  expect(JSON.parse(await run('page'))).toMatchObject({ executions: [expect.anything()], has_more: true });
});
