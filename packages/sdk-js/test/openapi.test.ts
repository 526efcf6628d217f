import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ReplayServer } from '@millrace/sdk-conformance/replay-server';
import { APIError, EventStream, WorkflowClient } from '../src/index.js';
import { CALLS } from './calls.js';

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Record<string, { content?: Record<string, { schema: { $ref?: string } }> }>;
}

interface Schema {
  readonly properties?: Record<string, { type?: string }>;
  readonly required?: readonly string[];
}

interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

const file = path.join(__dirname, '../../sdk-conformance/openapi.json');
const document = JSON.parse(readFileSync(file, 'utf8')) as Document;
const { paths } = document;

test('the generated types are those of the OpenAPI document', () => {
  const script = path.join(__dirname, '../scripts/generate-types.mjs');
  expect(execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' })).toBe('');
});

/** Operations that are another way of one that the SDK has, or no part of it. */
const LEFT_OUT = [
  'getOpenApiDocument',
  'receiveWebhookByGet',
  'receiveWebhookByPut',
  'receiveWebhookByPatch',
  'receiveWebhookByDelete',
  // The operator has a program of its own for these: `npm run ops`.
  'getSystem',
  'pauseStarts',
  'resumeStarts',
  'listDeadLetters',
  'getDeadLetter',
  'requeueDeadLetter',
  'discardDeadLetter',
];

const ARGS = {
  workflow_id: '{workflow_id}',
  execution_id: '{execution_id}',
  file_id: '{file_id}',
  version: '{version}',
  webhook_id: '{webhook_id}',
  index: '{index}',
  token_id: '{token_id}',
  approval_id: '{approval_id}',
  job_id: '{job_id}',
  mailbox_id: '{mailbox_id}',
  subscription_id: '{subscription_id}',
  delivery_id: '{delivery_id}',
  organisation_id: '{organisation_id}',
  secret_name: '{secret_name}',
  variable_name: '{variable_name}',
  sender_name: '{sender_name}',
  provider_name: '{provider_name}',
  step_type: '{step_type}',
  name: '{signal_name}',
  request: {},
  path: '{path}',
  document: {},
  yaml: 'name: x',
  patch: {},
};

/** What each answer with success has: the members that are required of it, as empty as they can be. */
function answerOf(operation: Operation | undefined): object {
  const named = Object.entries(operation?.responses ?? {})
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([, { content = {} }]) =>
      Object.values(content).flatMap(({ schema }) => schema.$ref?.split('/').at(-1) ?? []),
    );
  const members = named.flatMap((name): [string, unknown][] => {
    const { properties = {}, required = [] } = document.components.schemas[name] ?? {};
    return required.map((member) => [member, properties[member]?.type === 'array' ? [] : {}]);
  });
  return { ...Object.fromEntries(members), id: '{execution_id}', status: 'completed', steps: [] };
}

/** Calls that reach no server, and the one that gets what to call. */
const OWN = ['webhooks.verify', 'webhooks.sign', 'webhooks.unwrap', 'request'];

test('every operation of the API has a method, and every method calls one', async () => {
  const called: string[] = [];
  const client = new WorkflowClient({
    apiKey: 'k',
    baseURL: 'http://api.example/v1',
    maxRetries: 0,
    fetch: async (url, init) => {
      const accept = new Headers(init?.headers).get('accept');
      const { pathname } = new URL(url as string);
      const operation = paths[decodeURIComponent(pathname)]?.[init?.method?.toLowerCase() ?? ''];
      called.push(operation?.operationId ?? `no operation: ${init?.method} ${pathname}`);
      if (accept === 'text/event-stream') return new Response(null, { status: 204 });
      if (accept === 'application/yaml') return new Response('name: x\n', { headers: { 'content-type': accept } });
      return Response.json(answerOf(operation));
    },
  });
  for (const [name, call] of Object.entries(CALLS)) {
    if (OWN.includes(name)) continue;
    const result = await call(client, ARGS as never, {}, undefined as never);
    if (result instanceof EventStream)
      for await (const event of result as EventStream<{ type: string }>) throw new Error(`It has ended: ${event.type}`);
  }
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods).map((one) => one.operationId));
  expect([...new Set(called), ...LEFT_OUT].sort()).toEqual(operations.sort());
});

/** Their results may be any JSON, any bytes, or nothing. */
const ANYTHING = /^executions\.(?:get_(?:input|output|step_output)|download_file)$|schema$|\.(?:delete|revoke)$/;

test.each([
  ['an object', '{"app":"another"}'],
  ['a list', '[]'],
  ['nothing', 'null'],
  ['a text', '"hello"'],
])('%s that another server returns is the result of no call', async (_, body) => {
  const headers = { 'content-type': 'application/json' };
  const client = new WorkflowClient({
    apiKey: 'k',
    baseURL: 'http://api.example/v1',
    maxRetries: 0,
    fetch: async () => new Response(body, { headers }),
  });
  const taken: string[] = [];
  for (const [name, call] of Object.entries(CALLS)) {
    if (OWN.includes(name) || ANYTHING.test(name)) continue;
    try {
      const result = await call(client, ARGS as never, { maxRetries: 0 }, undefined as never);
      if (result instanceof EventStream) await result[Symbol.asyncIterator]().next();
      taken.push(name);
    } catch (error) {
      if (!(error instanceof APIError)) throw error;
    }
  }
  expect(taken).toEqual([]);
});

test.each([
  ['deleteWorkflow', 'DELETE', '/v1/workflows/wf_1', { status: 204 }],
  ['executeWorkflow', 'POST', '/v1/workflows/wf_1/execute', { status: 202, body: { id: 'exec_1' } }],
] as const)(
  'what may have been done is repeated if the API declares its Idempotency-Key: %s',
  async (id, method, path, answer) => {
    const operation = Object.values(paths)
      .flatMap((methods) => Object.values(methods))
      .find(({ operationId }) => operationId === id);
    const server = new ReplayServer();
    const client = new WorkflowClient({ apiKey: 'k', baseURL: await server.listen(), clock: undefined });
    const request = { method, path };
    server.begin([
      { request, answer: { fault: 'cut_before_answer' } },
      { request, answer },
    ]);
    const call = method === 'DELETE' ? client.workflows.delete('wf_1') : client.workflows.execute('wf_1');
    const repeated = await Promise.resolve(call).then(
      () => true,
      () => false,
    );
    await server.close();
    expect(repeated).toBe(operation?.parameters.some(({ name }) => name === 'Idempotency-Key'));
  },
);
