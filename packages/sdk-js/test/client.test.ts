import { inspect } from 'node:util';
import { FakeHttpServer, type FakeHttpAnswer } from '@millrace/testing';
import {
  APIConnectionError,
  APIConnectionTimeoutError,
  ConflictError,
  RateLimitError,
  UsageError,
  UserAbortError,
  WorkflowClient,
} from '../src/index.js';
import { SkippingClock } from './skipping-clock.js';

/** A server of its own for each test: `answer` is asked with the number of the request, and returns undefined for none. */
async function withServer(
  answer: (number: number) => FakeHttpAnswer | undefined,
  use: (baseURL: string, requests: () => number) => Promise<void>,
): Promise<void> {
  const server = await FakeHttpServer.start();
  const never = new Promise<never>(() => undefined);
  server.otherwise(() => {
    const answered = answer(server.calls.length);
    return answered ? { body: {}, ...answered } : never;
  });
  try {
    await use(`${server.url}/v1`, () => server.calls.length);
  } finally {
    await server.stop();
  }
}

async function thrown(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('It should have thrown');
}

test.each([
  ['an API key', { apiKey: 'secret\nkey' }, {}],
  ['a key of a write', {}, { idempotencyKey: 'secret\r\nkey' }],
  ['a header', {}, { headers: { 'X-Own': 'secret\u2026' } }],
  ['the name of a header', {}, { headers: { 'x own': 'secret' } }],
])(
  '%s that HTTP cannot carry is a mistake of the program, which is reported without it',
  async (_, settings, options) => {
    const client = new WorkflowClient({ apiKey: 'k', baseURL: 'http://127.0.0.1:9/v1', ...settings });
    const error = await thrown(client.workflows.execute('wf_1', {}, options));
    expect(error).toBeInstanceOf(UsageError);
    expect(inspect(error)).not.toContain('secret');
  },
);

test('what cannot be reached was not done: a write is repeated too, and the error names the cure', async () => {
  let free = '';
  await withServer(
    () => undefined,
    async (baseURL) => {
      free = baseURL;
    },
  );
  const clock = new SkippingClock();
  const client = new WorkflowClient({ apiKey: 'k', baseURL: free, clock });
  const error = await thrown(client.workflows.execute('wf_1'));
  expect(error).toBeInstanceOf(APIConnectionError);
  expect(error).toMatchObject({ maybeDone: false, message: expect.stringContaining('npm start') });
  expect(error).toMatchObject({ message: expect.stringContaining('MEINGPT_BASE_URL') });
  expect(clock.waits).toHaveLength(2);
});

test('the signal of a call ends it while it waits for an answer, and it is not repeated', async () => {
  const controller = new AbortController();
  const answer = (): undefined => {
    controller.abort(new Error('enough'));
  };
  await withServer(answer, async (baseURL, requests) => {
    const client = new WorkflowClient({ apiKey: 'k', baseURL });
    const error = await thrown(client.workflows.get('wf_1', { signal: controller.signal }));
    expect(error).toBeInstanceOf(UserAbortError);
    expect((error as Error).cause).toEqual(new Error('enough'));
    expect(requests()).toBe(1);
  });
});

test('the signal of a call ends it between two attempts', async () => {
  const controller = new AbortController();
  const refuse = () => ({ status: 503, headers: { 'retry-after': '60' } });
  await withServer(refuse, async (baseURL, requests) => {
    const logger = { warn: () => controller.abort() };
    const client = new WorkflowClient({ apiKey: 'k', baseURL, logger });
    expect(await thrown(client.workflows.get('wf_1', { signal: controller.signal }))).toBeInstanceOf(UserAbortError);
    expect(requests()).toBe(1);
  });
});

test('a signal that is aborted already sends nothing', async () => {
  await withServer(
    () => undefined,
    async (baseURL, requests) => {
      const client = new WorkflowClient({ apiKey: 'k', baseURL });
      const promise = client.workflows.get('wf_1', { signal: AbortSignal.abort() });
      expect(await thrown(promise)).toBeInstanceOf(UserAbortError);
      expect(requests()).toBe(0);
    },
  );
});

test('the log has neither the key nor what is sent', async () => {
  const lines: string[] = [];
  const logger = { debug: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
  const answer = (number: number) => ({ status: number === 1 ? 503 : 202, body: { id: 'exec_1' } });
  await withServer(answer, async (baseURL) => {
    const client = new WorkflowClient({ apiKey: 'secret-key', baseURL, logger, clock: new SkippingClock() });
    await client.workflows.execute('wf_1', { input: 'private' });
  });
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.join('\n')).not.toMatch(/secret-key|private/);
});

const SECRET = 'correct-horse-battery-staple';

test('the value of a secret is in no log and no text of what carries it', async () => {
  const lines: string[] = [];
  const logger = { debug: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
  const answer = (number: number) => ({ status: [503, 200, 412][number - 1]!, body: { id: 'sec_1', name: 'crm_key' } });
  await withServer(answer, async (baseURL, requests) => {
    const client = new WorkflowClient({ apiKey: 'k', baseURL, logger, clock: new SkippingClock() });
    const stored = client.secrets.put('crm_key', { value: SECRET });
    const shown = [client, stored, await stored, await thrown(client.secrets.put('crm_key', { value: SECRET }))];
    expect(requests()).toBe(3);
    expect(lines.length).toBeGreaterThan(1);
    expect(inspect(shown, { depth: Infinity, showHidden: true }) + lines.join('\n')).not.toContain(SECRET);
  });
});

test('what is given in the place of a name is not shown, since it can be a secret', () => {
  const { secrets } = new WorkflowClient({ apiKey: 'k' });
  const put = () => secrets.put({ value: SECRET } as never, 'crm_key' as never);
  expect(put).toThrow('An id must be a text that is not empty, not object.');
});

test('errors have the class of their status and what belongs to it', async () => {
  const headers = { 'retry-after': '120', 'x-ratelimit-reset': '1642684800' };
  await withServer(
    (number) => (number === 1 ? { status: 429, headers } : { status: 409 }),
    async (baseURL) => {
      const client = new WorkflowClient({ apiKey: 'k', baseURL });
      const limited = await thrown(client.workflows.get('wf_1'));
      expect(limited).toBeInstanceOf(RateLimitError);
      expect(limited).toMatchObject({ name: 'RateLimitError', retryAfter: 120_000, resetAt: new Date(1642684800e3) });
      expect(await thrown(client.workflows.get('wf_1'))).toBeInstanceOf(ConflictError);
    },
  );
});

test('a time limit is a connection error too', () => {
  expect(APIConnectionTimeoutError.prototype).toBeInstanceOf(APIConnectionError);
});

test.each(['localhost:3000', 'ftp://localhost/v1', 'http://localhost:3000/v1?x=1', 'nothing'])(
  'the base URL %s is refused when the client is made',
  (baseURL) => {
    expect(() => new WorkflowClient({ apiKey: 'k', baseURL })).toThrow(UsageError);
  },
);

test('a base URL with a password is refused by a message that does not have it', () => {
  const wrong = new UsageError('The base URL has a user or a password; the API takes a key.');
  for (const user of ['me:pass-word', ':pass-word', 'pass-word'])
    expect(() => new WorkflowClient({ apiKey: 'k', baseURL: `http://${user}@localhost:3000/v1` })).toThrow(wrong);
});

describe('settings from the environment', () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  test('the key and the base URL are read, and options win', async () => {
    const urls: string[] = [];
    const fetch = async (url: unknown, init?: RequestInit) => {
      urls.push(`${url as string} ${(init?.headers as Record<string, string>)['authorization']}`);
      return Response.json({ id: 'wf_1' });
    };
    process.env['MEINGPT_API_KEY'] = 'env-key';
    process.env['MEINGPT_BASE_URL'] = 'https://env.example/v1/';
    await new WorkflowClient({ fetch: fetch }).workflows.get('wf_1');
    delete process.env['MEINGPT_BASE_URL'];
    await new WorkflowClient({ apiKey: 'own', fetch: fetch }).workflows.get('wf_1');
    expect(urls).toEqual([
      'https://env.example/v1/workflows/wf_1 Bearer env-key',
      'http://localhost:3000/v1/workflows/wf_1 Bearer own',
    ]);
  });
});

test('the payload of a webhook must be as it came, not parsed', async () => {
  const { webhooks } = new WorkflowClient({ webhookSecret: 's' });
  await expect(webhooks.verify({ payload: { a: 1 } as never, signature: 'x' })).rejects.toBeInstanceOf(UsageError);
  const bytes = new TextEncoder().encode('{"a":1}');
  const signature = await webhooks.sign('{"a":1}');
  expect(await webhooks.verify({ payload: bytes, signature })).toBe(true);
  expect(await webhooks.unwrap(Buffer.from(bytes), new Headers({ 'x-webhook-signature': signature }))).toEqual({
    a: 1,
  });
});

test('another parser and writer of JSON see the text of answers and bodies', async () => {
  const sent: unknown[] = [];
  const fetch = async (_url: unknown, init?: RequestInit) => {
    sent.push(init?.body);
    return new Response('{"status":"completed","output":9007199254740993}', { status: 202 });
  };
  const json = {
    parse: (text: string): unknown => JSON.parse(text.replace(/(\d{16,})/, '"$1n"')),
    stringify: (value: unknown) =>
      JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? 'BIG' : item)),
  };
  const client = new WorkflowClient({ apiKey: 'k', fetch, json });
  const { data } = await client.request<unknown>('POST', '/any', { body: { id: 1n } }).withResponse();
  expect([data, sent]).toEqual([{ status: 'completed', output: '9007199254740993n' }, ['{"id":"BIG"}']]);
  const secret = 'of-the-subscription';
  const delivery = '{"data":9007199254740993}';
  const headers = { 'x-webhook-signature': await client.webhooks.sign(delivery, secret) };
  expect(await client.webhooks.unwrap(delivery, headers, secret)).toEqual({ data: '9007199254740993n' });
  json.parse = () => {
    throw new Error('no');
  };
  expect(await thrown(client.request('GET', '/any'))).toMatchObject({ status: 202 });
});

describe('MEINGPT_LOG', () => {
  afterEach(() => {
    delete process.env['MEINGPT_LOG'];
    jest.restoreAllMocks();
  });

  /** What is on standard error after one call that is repeated once. */
  async function logged(level: string): Promise<string[]> {
    process.env['MEINGPT_LOG'] = level;
    const error = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    await withServer(
      (number) => ({ status: number === 1 ? 503 : 200 }),
      async (baseURL) => {
        await new WorkflowClient({ apiKey: 'k', baseURL, clock: new SkippingClock() }).request('GET', '/me');
      },
    );
    return error.mock.calls.map(([line]) => String(line));
  }

  test('shows answers and repetitions, or repetitions alone', async () => {
    expect(await logged('debug')).toEqual([
      expect.stringContaining('503'),
      expect.stringContaining('again in'),
      expect.stringContaining('200'),
    ]);
    jest.restoreAllMocks();
    expect(await logged('warn')).toEqual([expect.stringContaining('again in')]);
  });

  test('is refused when it is no level', () => {
    process.env['MEINGPT_LOG'] = 'all';
    expect(() => new WorkflowClient()).toThrow(new UsageError('MEINGPT_LOG is debug or warn, not "all".'));
  });
});
