import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ReplayServer } from '@millrace/sdk-conformance/replay-server';
import { WorkflowClient } from '../src/index.js';
import { CALLS } from './calls.js';
import { make, told, type Call } from './driver.js';
import { SkippingClock } from './skipping-clock.js';

/*
 * The cases of `packages/sdk-conformance`, over real sockets. What their members mean is in its README.
 */

interface Case {
  readonly name: string;
  readonly client?: {
    readonly api_key?: string;
    readonly max_retries?: number;
    readonly timeout_ms?: number;
    readonly repeat_writes?: boolean;
    readonly headers?: Record<string, string>;
  };
  readonly call: Call;
  readonly wire: Parameters<ReplayServer['begin']>[0];
  readonly waits?: readonly (number | { readonly at_least: number; readonly at_most: number })[];
  readonly result: {
    readonly value?: unknown;
    readonly response?: { readonly headers?: Record<string, string> } & Record<string, unknown>;
    readonly error?: Record<string, unknown>;
  };
}

const FOLDER = path.join(__dirname, '../../sdk-conformance/cases');
const cases = readdirSync(FOLDER).flatMap(
  (file) => JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Case[],
);

const server = new ReplayServer();
let baseURL = '';
beforeAll(async () => {
  baseURL = await server.listen();
});
afterAll(() => server.close());

test('every call of the cases is one of this SDK', () => {
  expect(cases.filter(({ call }) => !(call.method in CALLS)).map(({ name }) => name)).toEqual([]);
});

test.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, { client: settings = {}, ...one }) => {
  const clock = new SkippingClock();
  const client = new WorkflowClient({
    baseURL,
    clock,
    apiKey: settings.api_key ?? 'mr_test',
    maxRetries: settings.max_retries,
    timeout: settings.timeout_ms,
    repeatWrites: settings.repeat_writes,
    defaultHeaders: settings.headers,
  });
  server.begin(one.wire);
  let result: { value?: unknown; response?: Record<string, unknown> & { headers: Headers } };
  let error: Record<string, unknown> | undefined;
  try {
    result = await make(client, one.call, clock);
  } catch (thrown) {
    [result, error] = [{}, told(thrown)];
  }
  expect(server.end()).toEqual([]);
  const { value, response, error: expected } = one.result;
  if (expected) {
    const { message_contains: part, ...members } = expected;
    expect(error).toMatchObject(members);
    if (part !== undefined) expect(error?.['message']).toContain(part);
  } else {
    expect([error, result.value]).toEqual([undefined, value]);
  }
  if (response) {
    const { headers = {}, ...members } = response;
    expect(result.response).toMatchObject(members);
    for (const [name, text] of Object.entries(headers)) expect(result.response?.headers.get(name)).toBe(text);
  }
  if (one.waits) expect(clock.waits).toEqual(one.waits.map(expectedWait));
});

function expectedWait(wait: number | { readonly at_least: number; readonly at_most: number }): unknown {
  if (typeof wait === 'number') return wait;
  return {
    asymmetricMatch: (asked: unknown) => typeof asked === 'number' && asked >= wait.at_least && asked <= wait.at_most,
    toString: () => `${wait.at_least} … ${wait.at_most}`,
  };
}
