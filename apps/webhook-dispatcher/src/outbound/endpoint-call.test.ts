import { createHmac } from 'node:crypto';
import { newId } from '@millrace/contracts';
import { AllowList, httpRoutesSchema, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { FakeHttpServer, INNER_HOSTS, InnerListener } from '@millrace/testing';
import { EndpointCall, type CallResult, type ProxySecrets } from './endpoint-call.js';
import type { Subscription, Subscriptions } from './subscriptions.js';

const KEY = Buffer.alloc(32, 7);
const SECRET = `whsec_${KEY.toString('base64')}`;
const secretsOf: Subscriptions['secretsOf'] = () => [SECRET];

function callWith(client: SafeHttpClient, proxySecrets: ProxySecrets = () => []): EndpointCall {
  return new EndpointCall(client, { secretsOf } as Subscriptions, proxySecrets);
}

/** Sends an event of an organisation to an address. */
function sent(call: EndpointCall, url: string, organisation_id = 'org_1'): Promise<CallResult> {
  const delivery = { event_id: newId('event'), organisation_id, body: '{}' };
  const { signal } = new AbortController();
  return call.send(delivery as never, { url } as Subscription, { now: Date.now(), signal });
}

it('sends an event to no address that is not public, however it is written', async () => {
  const listener = await InnerListener.start();
  const client = new SafeHttpClient({ allowed: AllowList.parse('') });
  const call = callWith(client);
  for (const host of INNER_HOSTS) {
    const { made, delivered } = await sent(call, `http://${host}:${listener.port}/events`);
    expect([host, delivered, made.error]).toEqual([host, false, expect.stringContaining('is not public')]);
  }
  expect(listener.hits).toBe(0);
  await client.close();
  await listener.stop();
});

it('sends an event again under the same id, signed anew for the time of each attempt', async () => {
  const endpoint = await FakeHttpServer.start();
  const client = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });
  const [event_id, body] = [newId('event'), '{"type":"execution.failed"}'];
  const delivery = { event_id, organisation_id: 'org_1', body, created_at: '2026-11-25T00:00:00.000Z' };
  const attempts = ['2026-11-25T00:00:01.000Z', '2026-11-26T00:00:00.000Z'].map((at) => Date.parse(at));
  const to = { url: `${endpoint.url}/events` } as Subscription;
  const { signal } = new AbortController();
  for (const now of attempts) await callWith(client).send(delivery as never, to, { now, signal });
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'x-webhook-signature'];
  const received = endpoint.callsTo('/events').map(({ headers }) => names.map((name) => headers[name]));
  const expected = attempts.map((now) => {
    const time = String(now / 1_000);
    const signature = createHmac('sha256', KEY).update(`${event_id}.${time}.${body}`).digest('base64');
    return [event_id, time, `v1,${signature}`, createHmac('sha256', SECRET).update(body).digest('hex')];
  });
  expect(received).toEqual(expected);
  await client.close();
  await endpoint.stop();
});

describe('a proxy of the operator', () => {
  const PASSWORD = 'pass/word-of-the-proxy';
  let proxy: FakeHttpServer;
  let client: SafeHttpClient;
  let call: EndpointCall;

  beforeAll(async () => {
    proxy = await FakeHttpServer.start();
    const address = proxy.url.replace('http://', `http://user:${encodeURIComponent(PASSWORD)}@`);
    const routes = httpRoutesSchema.parse([{ organisations: ['org_1'], hosts: ['*.invalid'], proxy: address }]);
    client = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1, *.invalid'), routes });
    call = callWith(client, (organisationId) => routes.secretsOf(organisationId));
  });
  afterAll(async () => {
    await client.close();
    await proxy.stop();
  });

  it.each([
    ['', ''],
    ['at the end of what is kept of the answer', ' '.repeat(1_000 - 6)],
  ])('does not show its password in what is recorded of an answer that repeats it %s', async (_, before) => {
    proxy.otherwise(({ headers }) => ({
      status: 407,
      headers: { 'x-echo': `${PASSWORD} ${String(headers['proxy-authorization'])}` },
      body: `${before}${PASSWORD} ${String(headers['proxy-authorization'])}`,
    }));
    const { made } = await sent(call, 'http://endpoint.invalid/events');
    expect(made).toMatchObject({ status_code: 407, error: 'The endpoint returned the status 407' });
    expect(made.response.trimStart()).toMatch(/^••/);
    expect(made.response).not.toContain(Buffer.from(`user:${PASSWORD}`).toString('base64').slice(8, 24));
    expect(made.response).not.toContain('pass');
    expect(made.response_headers).toMatchObject({ 'x-echo': expect.stringMatching(/^••/) });
    const headers = JSON.stringify([made.request_headers, made.response_headers]);
    expect(headers).not.toContain(Buffer.from(`user:${PASSWORD}`).toString('base64').slice(8, 24));
    expect(headers).not.toContain('pass');
    expect(Object.keys(made.request_headers ?? {})).not.toContain('proxy-authorization');
  });
});
