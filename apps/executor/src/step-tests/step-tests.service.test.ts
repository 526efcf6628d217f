import { TestStep } from '@millrace/contracts';
import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { FakeHttpServer } from '@millrace/testing';
import { systemClock } from '../clock.js';
import { stepHandlers } from '../steps/registry.js';
import { StepTests } from './step-tests.service.js';

let server: FakeHttpServer;
let client: SafeHttpClient;

beforeAll(async () => {
  server = await FakeHttpServer.start();
  client = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });
});
afterAll(async () => {
  await client.close();
  await server.stop();
});

const noFiles = (): never => {
  throw new Error('There are no files here.');
};
const nothing = { values: {}, redact: null, masks: [], sealing: null };

/** Tries a call that never gets a response, where a test may take so many milliseconds. */
function trySilentCall(limitMs: number, timeout?: string) {
  server.on('/silent', () => new Promise(() => undefined));
  const tests = new StepTests(
    {
      clock: systemClock,
      handlers: stepHandlers({ http: { client, clock: systemClock, userAgent: 'Millrace/test' } }),
      secrets: { of: () => Promise.resolve(nothing) },
      frozen: { of: () => Promise.resolve({}) },
      files: { find: () => Promise.resolve(null), read: noFiles },
    },
    limitMs,
  );
  const step = { id: 'call', type: 'http', config: { url: `${server.url}/silent` }, ...(timeout && { timeout }) };
  return tests.run(TestStep.question.parse({ organisation_id: 'org_1', step, context: {}, effects: true }));
}

it.each([
  ['without a timeout', undefined, 60],
  ['whose timeout is longer', '1m', 60],
  ['whose timeout is shorter', '1s', 60_000],
])('a step %s is tried until the first of both bounds', async (_, timeout, limitMs) => {
  expect(await trySilentCall(limitMs, timeout)).toMatchObject({
    status: 'failed',
    error: { code: 'STEP_TIMEOUT', details: { timeout_ms: Math.min(limitMs, 1_000) } },
  });
});

it('a step that is tried by somebody who may read no files sends none, and says which scope is missing', async () => {
  const content = Buffer.from('kept');
  const found = { id: 'file_1', name: 'x', type: 'text/plain', size: content.length, sha256: 'x' };
  const sent: string[] = [];
  server.on('/upload', ({ body }) => {
    sent.push(body);
    return { status: 200 };
  });
  const tests = new StepTests({
    clock: systemClock,
    handlers: stepHandlers({ http: { client, clock: systemClock, userAgent: 'Millrace/test' } }),
    secrets: { of: () => Promise.resolve(nothing) },
    frozen: { of: () => Promise.resolve({}) },
    files: {
      find: () => Promise.resolve(found as never),
      read: async function* () {
        yield await Promise.resolve(content);
      },
    },
  });
  const step = { id: 'call', type: 'http', config: { url: `${server.url}/upload`, method: 'POST', file: '{{input}}' } };
  const asked = { organisation_id: 'org_1', step, context: { input: { file: found } }, effects: true };
  const run = (files?: boolean) => tests.run(TestStep.question.parse({ ...asked, files }));
  expect(await run(false)).toMatchObject({
    status: 'failed',
    error: { code: 'FORBIDDEN', details: { needed_scope: 'executions:read' } },
  });
  expect(sent).toEqual([]);
  expect(await run(true)).toMatchObject({ status: 'completed' });
  expect(await run()).toMatchObject({ status: 'completed' });
  expect(sent).toEqual(['kept', 'kept']);
});
