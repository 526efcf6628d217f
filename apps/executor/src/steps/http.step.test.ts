import { parseJson } from '@millrace/expression/exact';
import { FakeHttpServer, type FakeHttpAnswer } from '@millrace/testing';
import { LIMITS } from '@millrace/contracts';
import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { stepDefinitions } from '@millrace/schema';
import { anEffectCall } from '../../test/support/effect-call.js';
import { aScope, options } from '../../test/support/scope.js';
import { systemClock } from '../clock.js';
import { http } from './http.step.js';
import type { EffectCall } from './step-handler.js';

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

const step = () => http({ client, clock: systemClock, userAgent: 'Millrace/test' });

function run(config: object, input: unknown = {}, call: Partial<EffectCall> = {}, handler = step()): Promise<unknown> {
  const parsed = stepDefinitions.http.config.parse(config);
  const send = handler.compile(parsed)(aScope({ input: { base: server.url, ...(input as object) } }), options);
  return send(anEffectCall({ idempotencyKey: 'exec_1:call', ...call }));
}

describe('http', () => {
  it('sends JSON and reads JSON', async () => {
    server.on('/json', { status: 201, headers: { 'X-Total': '7' }, body: { created: true } });
    const config = {
      method: 'POST',
      url: '{{input.base}}/json',
      headers: { 'X-Key': '{{input.key}}', 'X-Number': 5 },
      body: { n: '{{input.n}}' },
    };
    const output = await run(config, { key: 'k', n: 3 });
    expect(output).toMatchObject({ status: 201, headers: { 'x-total': '7' }, body: { created: true } });
    expect(server.callsTo('/json')[0]).toMatchObject({
      body: '{"n":3}',
      idempotencyKey: 'exec_1:call',
      headers: { 'content-type': 'application/json', 'x-key': 'k', 'x-number': '5', 'user-agent': 'Millrace/test' },
    });
  });

  it('says what it has read as something else than it may be', async () => {
    const notesOf = async (answer: FakeHttpAnswer, config: object = {}) => {
      const notes: string[] = [];
      server.on('/noted', answer);
      await run({ url: '{{input.base}}/noted', ...config }, {}, { onLog: (lines) => notes.push(...lines) });
      return notes;
    };
    const pdf = { headers: { 'content-type': 'application/pdf' }, body: Buffer.from([0xff, 0xfe, 0x41]) };
    expect(await notesOf(pdf)).toEqual([
      expect.stringMatching(/^The response \(application\/pdf\) is no text.*"file"/),
    ]);
    const json = { headers: { 'content-type': 'application/json' } };
    expect(await notesOf({ ...json, body: '{"a":' })).toEqual([
      expect.stringContaining('says that it is JSON, and is'),
    ]);
    for (const body of ['"text"', '{}', '']) expect(await notesOf({ ...json, body })).toStrictEqual([]);
    expect(await notesOf({ headers: { 'content-type': 'text/plain' }, body: 'Gr\u00fc\u00dfe' })).toStrictEqual([]);
  });

  it('reads one large response in each turn of the event loop, and none for which it was waited too long', async () => {
    const answer = { status: 200, headers: {}, url: '', body: new Uint8Array(LIMITS.inlinePayloadBytes + 1) };
    const handler = http({ client: { request: () => Promise.resolve(answer) }, clock: systemClock, userAgent: '' });
    let turn = 0;
    let counter = setImmediate(function count() {
      turn++;
      counter = setImmediate(count);
    });
    const stop = new AbortController();
    const calls = [{}, {}, {}].map(() => run({ url: 'http://a.example' }, {}, {}, handler).then(() => turn));
    const late = run({ url: 'http://a.example' }, {}, { stop: stop.signal }, handler);
    stop.abort(new Error('too late'));
    await expect(late).rejects.toThrow('too late');
    expect(new Set(await Promise.all(calls)).size).toBe(3);
    clearImmediate(counter);
  });

  it('says how much of the response is there while it is read, and ends when that is too much', async () => {
    server.on('/large', { headers: { 'content-type': 'text/plain' }, body: 'x'.repeat(1_000_000) });
    const counted: number[] = [];
    await run({ url: '{{input.base}}/large' }, {}, { onBytesRead: (bytes) => counted.push(bytes) });
    expect(counted.length).toBeGreaterThan(1);
    expect(counted.at(-1)).toBe(1_000_000);
    const tooMuch = () => {
      throw new Error('too much');
    };
    await expect(run({ url: '{{input.base}}/large' }, {}, { onBytesRead: tooMuch })).rejects.toThrow('too much');
  });

  it('sends every digit of a number, wherever it is', async () => {
    const config = {
      method: 'POST',
      url: '{{input.base}}/digits/{{input.id}}',
      headers: { 'X-Id': '{{input.id}}' },
      query: { id: '{{input.id}}', ids: ['{{input.id}}'] },
      body: { id: '{{input.id}}', constant: parseJson('0.1234567890123456789') },
    };
    await run(config, { id: parseJson('9007199254740993') });
    expect(server.callsTo('/digits/9007199254740993')[0]).toMatchObject({
      path: '/digits/9007199254740993?id=9007199254740993&ids=9007199254740993',
      headers: { 'x-id': '9007199254740993' },
      body: '{"id":9007199254740993,"constant":0.1234567890123456789}',
    });
  });

  it("sends no key with GET, and the user's own when there is one", async () => {
    await run({ url: '{{input.base}}/key' });
    await run({ method: 'PUT', url: '{{input.base}}/key', headers: { 'Idempotency-Key': 'mine' } });
    expect(server.callsTo('/key').map((call) => call.idempotencyKey)).toEqual([undefined, 'mine']);
  });

  it('adds query parameters', async () => {
    const query = { q: 'a b&c', tag: ['x', 'y'], none: null, n: '{{input.n}}' };
    await run({ url: '{{input.base}}/query?given=1#part', query }, { n: 2 });
    expect(server.callsTo('/query')[0]?.path).toBe('/query?given=1&q=a%20b%26c&tag=x&tag=y&n=2');
  });

  it('sends half a surrogate pair as browsers do, wherever it is', async () => {
    const half = `x${'\ud83d'}`;
    const config = {
      method: 'POST',
      url: '{{input.base}}/half?{{input.half}}',
      query: { q: '{{input.half}}', [half]: '😀' },
      body: { half: '{{input.half}}' },
    };
    await run(config, { half });
    await run({ ...config, body: '{{input.half}}' }, { half });
    const [json, text] = server.callsTo('/half');
    expect(json?.path).toBe('/half?x%EF%BF%BD&q=x%EF%BF%BD&x%EF%BF%BD=%F0%9F%98%80');
    expect(json?.body).toBe('{"half":"x\\ud83d"}');
    expect(text?.body).toBe('x\ufffd');
  });

  it('refuses a header that cannot be sent with a code of the catalogue', async () => {
    for (const value of ['\ud83d', 'a\r\nb', '\u0000']) {
      const sent = run({ url: '{{input.base}}/never', headers: { 'X-A': '{{input.value}}' } }, { value });
      await expect(sent).rejects.toMatchObject({ code: 'STEP_FAILED', details: { header: 'x-a' } });
    }
  });

  it('refuses one value in very many places before it writes any of them', () => {
    const texts = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`k${index}`, '{{input.big}}']));
    const input = { big: 'x'.repeat(100_000) };
    for (const field of ['query', 'headers', 'body']) {
      const config = { method: 'POST', url: '{{input.base}}/never', [field]: texts };
      expect(() => run(config, input)).toThrow(
        expect.objectContaining({
          code: 'EXPRESSION_FAILED',
          message: expect.stringContaining(`config.${field} has more`),
        }),
      );
    }
  });

  it('sends text as it is', async () => {
    await run({ method: 'POST', url: '{{input.base}}/text', body: 'name={{input.name}}' }, { name: 'Ada' });
    expect(server.callsTo('/text')[0]).toMatchObject({
      body: 'name=Ada',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
    });
  });

  it('sends a form as browsers do, with the type of one unless the config has another', async () => {
    const form = { name: '{{input.name}}', tag: 'a&b' };
    const body = 'name=Ada+L&tag=a%26b';
    await run({ method: 'POST', url: '{{input.base}}/form', form }, { name: 'Ada L' });
    await run(
      { method: 'POST', url: '{{input.base}}/form', form, headers: { 'Content-Type': 'text/x' } },
      { name: 'Ada L' },
    );
    expect(server.callsTo('/form').map((call) => [call.body, call.headers['content-type']])).toEqual([
      [body, 'application/x-www-form-urlencoded'],
      [body, 'text/x'],
    ]);
  });

  it('reads bodies by their type, or as configured', async () => {
    server.on('/plain', { body: '{"a":1}' });
    server.on('/liar', { headers: { 'content-type': 'application/json' }, body: 'not json' });
    server.on('/latin', { headers: { 'content-type': 'text/plain; charset=unknown-8' }, body: 'text' });
    expect(await run({ url: '{{input.base}}/plain' })).toMatchObject({ body: '{"a":1}' });
    expect(await run({ url: '{{input.base}}/plain', response: 'json' })).toMatchObject({ body: { a: 1 } });
    expect(await run({ url: '{{input.base}}/liar' })).toMatchObject({ body: 'not json' });
    expect(await run({ url: '{{input.base}}/latin' })).toMatchObject({ body: 'text' });
    await expect(run({ url: '{{input.base}}/liar', response: 'json' })).rejects.toMatchObject({ code: 'STEP_FAILED' });
  });

  it('reads no more than a step can record, however much the config allows', async () => {
    server.on('/large', { body: 'x'.repeat(LIMITS.stepOutputBytes + 1) });
    const config = { url: '{{input.base}}/large', max_response_bytes: 2 * LIMITS.stepOutputBytes };
    await expect(run(config)).rejects.toMatchObject({
      code: 'HTTP_RESPONSE_TOO_LARGE',
      details: { limit_bytes: LIMITS.stepOutputBytes },
    });
  });

  it.each([
    [404, false],
    [400, false],
    [408, true],
    [429, true],
    [500, true],
    [503, true],
  ])('fails with status %i, worth another try: %s', async (status, retryable) => {
    server.on('/status', { status, body: 'x'.repeat(5_000) });
    const failure: unknown = await run({ url: '{{input.base}}/status?token=secret' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'HTTP_STATUS_ERROR',
      retryable,
      details: { status, body: 'x'.repeat(2_048) },
    });
    expect(JSON.stringify(failure)).not.toContain('secret');
  });

  it('takes the statuses that the config accepts, and only those', async () => {
    server.on('/status', { status: 404, body: {} });
    expect(await run({ url: '{{input.base}}/status', accept_status: ['2xx', 404] })).toMatchObject({ status: 404 });
    server.on('/status', { status: 302, headers: { location: '/' }, body: {} });
    const strict = run({ url: '{{input.base}}/status', accept_status: ['2xx'], follow_redirects: false });
    await expect(strict).rejects.toMatchObject({ code: 'HTTP_STATUS_ERROR' });
  });

  it('understands Retry-After in seconds and as a date', async () => {
    server.on('/later', { status: 429, headers: { 'retry-after': '7' } });
    await expect(run({ url: '{{input.base}}/later' })).rejects.toMatchObject({ askedDelayMs: 7_000 });
    server.on('/later', { status: 503, headers: { 'retry-after': new Date(Date.now() + 60_000).toUTCString() } });
    const failure = (await run({ url: '{{input.base}}/later' }).catch((error: unknown) => error)) as {
      askedDelayMs: number;
    };
    expect(failure.askedDelayMs).toBeGreaterThan(55_000);
    expect(failure.askedDelayMs).toBeLessThanOrEqual(60_000);
  });

  it('names the field of a value that cannot be sent', async () => {
    expect(() => run({ url: '{{input.base}}', headers: { 'X-A': '{{input.object}}' } }, { object: {} })).toThrow(
      /config\.headers\.X-A must be/,
    );
    expect(() => run({ url: '{{input.number}}' }, { number: 5 })).toThrow(/config\.url must be a text/);
    expect(() => run({ url: '{{input.base}}', query: '{{input.number}}' }, { number: 5 })).toThrow(
      /config\.query must be an object/,
    );
  });
});

describe('a service that is down', () => {
  let closed: string;
  beforeAll(async () => {
    const stopped = await FakeHttpServer.start();
    closed = stopped.url;
    await stopped.stop();
  });

  const auth = () => ({
    type: 'oauth2_client_credentials',
    token_url: `${closed}/token`,
    client_id: 'me',
    client_secret: 's3cret',
  });

  it.each([
    ['of the step', () => ({ url: `${closed}/orders` })],
    ['that gives its token', () => ({ url: '{{input.base}}/orders', auth: auth() })],
  ])('%s is called until it has missed as often as it may, by each organisation', async (_, config) => {
    const handler = step();
    const codeFor = (organisationId: string): Promise<unknown> =>
      run(config(), {}, { organisationId }, handler).catch(({ code }: { code?: unknown }) => code);
    for (let made = 0; made < LIMITS.circuitMisses; made++) expect(await codeFor('org_1')).toBe('HTTP_REQUEST_FAILED');
    expect(await codeFor('org_1')).toBe('HTTP_CIRCUIT_OPEN');
    expect(await codeFor('org_2')).toBe('HTTP_REQUEST_FAILED');
    expect(server.callsTo('/orders')).toEqual([]);
  });
});
