import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ReplayServer } from '@millrace/sdk-conformance/replay-server';
import { WorkflowClient } from '../src/index.js';
import { CALLS } from './driver.js';

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
}

const file = path.join(__dirname, '../../sdk-conformance/openapi.json');
const { paths } = JSON.parse(readFileSync(file, 'utf8')) as { paths: Record<string, Record<string, Operation>> };

test('the generated types are those of the OpenAPI document', () => {
  const script = path.join(__dirname, '../scripts/generate-types.mjs');
  expect(execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' })).toBe('');
});

/** Operations that are another way of one that the SDK has, or no part of it. */
const LEFT_OUT = [
  'updateWorkflow', // PATCH does what PUT does, which the reference has
  'getOpenApiDocument',
  'receiveWebhookByGet',
  'receiveWebhookByPut',
  'receiveWebhookByPatch',
  'receiveWebhookByDelete',
];

const ARGS = {
  workflow_id: '{workflow_id}',
  execution_id: '{execution_id}',
  version: '{version}',
  webhook_id: '{webhook_id}',
  token_id: '{token_id}',
  secret_name: '{secret_name}',
  variable_name: '{variable_name}',
  request: {},
  path: '{path}',
  document: {},
  patch: {},
};

test('every operation of the API has a method, and every method calls one', async () => {
  const called: string[] = [];
  const client = new WorkflowClient({
    apiKey: 'k',
    baseURL: 'http://api.example/v1',
    maxRetries: 0,
    fetch: async (url, init) => {
      const { pathname } = new URL(url as string);
      const operation = paths[decodeURIComponent(pathname)]?.[init?.method?.toLowerCase() ?? ''];
      called.push(operation?.operationId ?? `no operation: ${init?.method} ${pathname}`);
      return Response.json({ id: '{execution_id}', status: 'completed', steps: [] });
    },
  });
  const own = ['webhooks.verify', 'webhooks.sign', 'webhooks.unwrap', 'request'];
  for (const [name, call] of Object.entries(CALLS)) {
    if (!own.includes(name)) await call(client, ARGS as never, {}, undefined as never);
  }
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods).map((one) => one.operationId));
  expect([...new Set(called), ...LEFT_OUT].sort()).toEqual(operations.sort());
});

test('writes that may have been done are not repeated as long as the API declares no Idempotency-Key', async () => {
  const writes = Object.values(paths)
    .flatMap((methods) => Object.entries(methods))
    .filter(([method]) => method !== 'get');
  const declared = writes.some(([, { parameters }]) => parameters.some(({ name }) => /^idempotency-key$/i.test(name)));
  const server = new ReplayServer();
  const client = new WorkflowClient({ apiKey: 'k', baseURL: await server.listen(), clock: undefined });
  server.begin([
    { request: { method: 'DELETE', path: '/v1/workflows/wf_1' }, answer: { fault: 'cut_before_answer' } },
    { request: { method: 'DELETE', path: '/v1/workflows/wf_1' }, answer: { status: 204 } },
  ]);
  const repeated = await client.workflows.delete('wf_1').then(
    () => true,
    () => false,
  );
  await server.close();
  // When this fails, the server honours the key: make `repeatWrites` the default, and say so in the READMEs of the SDKs.
  expect(repeated).toBe(declared);
});
