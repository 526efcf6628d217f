import { LIMITS } from '@millrace/contracts';
import { FakeHttpServer } from '@millrace/testing';
import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { stepDefinitions } from '@millrace/schema';
import { anEffectCall } from '../../test/support/effect-call.js';
import { aScope, options } from '../../test/support/scope.js';
import { systemClock } from '../clock.js';
import { http } from '../steps/http.step.js';
import { linkOf } from './pages.js';

let server: FakeHttpServer;
let client: SafeHttpClient;

beforeEach(async () => {
  server = await FakeHttpServer.start();
  client = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });
});
afterEach(async () => {
  await client.close();
  await server.stop();
});

function run(pagination: object, rest: object = {}): Promise<unknown> {
  const config = stepDefinitions.http.config.parse({
    url: '{{input.base}}/list?size=2',
    auth: { type: 'bearer', token: 'mine' },
    pagination,
    ...rest,
  });
  const handler = http({ client, clock: systemClock, userAgent: 'test' });
  return handler.compile(config)(aScope({ input: { base: server.url } }), options)(anEffectCall());
}

const paths = () => server.callsTo('/list').map(({ path }) => path);

describe('the pages of a list', () => {
  it('are asked for with a key of their own each, if the method may have effects', async () => {
    server.on('/list', (_, number) => ({ body: number < 3 ? [number] : [] }));
    await run({ type: 'page', max_pages: 10 }, { method: 'POST' });
    const { idempotencyKey } = anEffectCall();
    expect(server.callsTo('/list').map((call) => call.idempotencyKey)).toEqual([
      idempotencyKey,
      `${idempotencyKey}:2`,
      `${idempotencyKey}:3`,
    ]);
  });

  it('follow the header Link', async () => {
    server.on('/list', (_, number) => ({
      ...(number < 3
        ? { headers: { link: `</list?size=2&at=${number}>; rel="prev next", <http://x.example/>; rel=last` } }
        : {}),
      body: [number, number * 10],
    }));
    expect(await run({ type: 'link' })).toMatchObject({
      status: 200,
      body: [1, 10, 2, 20, 3, 30],
      pages: 3,
      more: false,
    });
    expect(paths()).toEqual(['/list?size=2', '/list?size=2&at=1', '/list?size=2&at=2']);
    expect(server.calls.every(({ headers }) => headers['authorization'] === 'Bearer mine')).toBe(true);
  });

  it('follow a cursor in the response', async () => {
    server.on('/list', (_, number) => ({
      body: { data: { items: [{ n: number }] }, meta: { next: number < 3 ? `c ${number}&` : null } },
    }));
    const output = await run({ type: 'cursor', parameter: 'after', next: 'meta.next', items: 'data.items' });
    expect(output).toMatchObject({ body: [{ n: 1 }, { n: 2 }, { n: 3 }], pages: 3, more: false });
    expect(paths()).toEqual(['/list?size=2', '/list?size=2&after=c%201%26', '/list?size=2&after=c%202%26']);
  });

  it('count up until one has no items', async () => {
    server.on('/list', (_, number) => ({ body: { items: number < 3 ? [number] : [] } }));
    const output = await run({ type: 'page', items: 'items' }, { url: '{{input.base}}/list?page=4' });
    expect(output).toMatchObject({ body: [1, 2], pages: 3, more: false });
    expect(paths()).toEqual(['/list?page=4', '/list?page=5', '/list?page=6']);
  });

  it('are no more than the step may read, and it says that there are more', async () => {
    server.on('/list', { body: [1] });
    expect(await run({ type: 'page', max_pages: 3 })).toMatchObject({ body: [1, 1, 1], pages: 3, more: true });
    expect(server.calls).toHaveLength(3);
  });

  it('are together no larger than one response may be', async () => {
    server.on('/list', { body: ['x'.repeat(400)] });
    await expect(run({ type: 'page' }, { max_response_bytes: 1_000 })).rejects.toMatchObject({
      code: 'HTTP_RESPONSE_TOO_LARGE',
    });
    expect(server.calls).toHaveLength(3);
  });

  it('have together no more items than one response may have', async () => {
    const half = JSON.stringify(Array(LIMITS.jsonValues / 2).fill(1));
    server.on('/list', { headers: { 'content-type': 'application/json' }, body: half });
    await expect(run({ type: 'page' })).rejects.toMatchObject({ code: 'STEP_FAILED' });
    expect(server.calls).toHaveLength(3);
  });

  it('are not got from another server, where the credentials would go along', async () => {
    const other = await FakeHttpServer.start();
    server.on('/list', { headers: { link: `<${other.url}/list>; rel=next` }, body: [1] });
    await expect(run({ type: 'link' })).rejects.toMatchObject({ code: 'STEP_FAILED' });
    expect(other.calls).toEqual([]);
    await other.stop();
  });

  it.each([
    ['a response that is no list', { type: 'link' }, { body: { a: 1 } }],
    ['a place without a list', { type: 'link', items: 'constructor.name' }, { body: {} }],
    ['a list that it only inherits', { type: 'link', items: '__proto__' }, { body: [1] }],
    [
      'an address that is none',
      { type: 'link', next: 'next', items: 'items' },
      { body: { items: [1], next: 'http://[' } },
    ],
  ])('fail the step for %s', async (_, pagination, answer) => {
    server.on('/list', answer);
    await expect(run(pagination)).rejects.toMatchObject({ code: 'STEP_FAILED' });
  });

  it('fail the step as a whole when one of them fails', async () => {
    server.on('/list', (_, number) => ({ status: number === 2 ? 503 : 200, body: [1] }));
    await expect(run({ type: 'page' })).rejects.toMatchObject({ code: 'HTTP_STATUS_ERROR', retryable: true });
  });
});

it.each([
  ['<a>; rel="next"', 'a'],
  ['<a>; rel=prev, <b>; title="x, <c>; rel=next"; REL=NEXT', 'b'],
  ['<a>', undefined],
  ['<a>; rel="nextish"', undefined],
  [`${'<a>; rel=x, '.repeat(5_000)}<b>;rel=next`, 'b'],
])('the next link of %p is %p', (header, link) => expect(linkOf(header)).toBe(link));
