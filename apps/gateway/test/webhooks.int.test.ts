import { brotliCompressSync } from 'node:zlib';
import { AdmitWebhook, AppError, LIMITS, newId, ReceiveWebhook, WebhookSnapshot } from '@millrace/contracts';
import { connectBus, HEADERS, silentLogger, type NatsBus } from '@millrace/messaging';
import { waitUntil } from '@millrace/testing';
import { headers as newHeaders } from '@nats-io/transport-node';
import { RANKS, senderRecords } from '../src/http/sender-records.js';
import { startGateway, type RunningGateway } from './gateway.fixture.js';
import { RawClient } from './raw-client.js';

const KNOWN = `wh_${'k'.repeat(24)}`;
const OTHER = `wh_${'m'.repeat(24)}`;
const UNKNOWN = `wh_${'u'.repeat(24)}`;

let gateway: RunningGateway;
/** In the place of the dispatcher, which is another process: what it is asked, and what it says. */
let dispatcher: NatsBus;
let asked: string[] = [];
let refusal: AppError | null = null;
/** Where alone it is refused; undefined for everywhere. */
let refusedAt: string | undefined;

beforeAll(async () => {
  gateway = await startGateway({ refusedPerMinute: 5, trustedProxies: ['127.0.0.0/8'] });
  dispatcher = await connectBus({ url: gateway.natsUrl, name: 'webhook-dispatcher', logger: silentLogger });
  answer(AdmitWebhook.subject, { admitted: true });
  answer(ReceiveWebhook.subject, {
    execution_id: newId('execution'),
    workflow_id: newId('workflow'),
    organisation_id: 'org_a',
    status: 'running',
    started_at: '2026-11-25T01:00:00.000Z',
    duplicate: false,
    rate_limit: { limit: 500, remaining: 499, reset_at: 1_800_000_000 },
  });
  await dispatcher.connection.flush();
  for (const webhook_id of [KNOWN, OTHER]) {
    const value = { webhook_id, organisation_id: 'org_a', workflow_id: newId('workflow'), method: 'POST' };
    await dispatcher.snapshots.put(WebhookSnapshot, value, value);
  }
});
beforeEach(() => {
  asked = [];
  refusal = null;
  refusedAt = undefined;
});
afterAll(async () => {
  await dispatcher.close();
  await gateway.stop();
});

function answer(subject: string, body: unknown): void {
  dispatcher.connection.subscribe(subject, {
    callback: (_, message) => {
      asked.push(subject);
      const headers = newHeaders();
      const refused = refusedAt === undefined || refusedAt === subject ? refusal : null;
      if (refused) headers.set(HEADERS.error, refused.code);
      message.respond(JSON.stringify(refused?.toBody() ?? body), { headers });
    },
  });
}

const call = (id: string, from: string, body = '{}', headers: Record<string, string> = {}) =>
  gateway.call('POST', `/v1/webhooks/${id}`, { token: null, body, headers: { 'x-forwarded-for': from, ...headers } });
const statuses = async (count: number, one: () => ReturnType<typeof call>): Promise<number[]> => {
  const all = [];
  for (let index = 0; index < count; index++) all.push((await one()).status);
  return all;
};

/** Messages in the store of large payloads. */
async function storedObjects(): Promise<number> {
  const info = await dispatcher.connection.request('$JS.API.STREAM.INFO.OBJ_payloads');
  return info.json<{ state: { messages: number } }>().state.messages;
}

describe('a call to an unknown address', () => {
  it('is 404, sends no request to a service and stores nothing', async () => {
    const answered = await call(UNKNOWN, '192.0.2.1', JSON.stringify('x'.repeat(2_000_000)));
    expect(answered.body.error).toMatchObject({ code: 'WEBHOOK_NOT_FOUND', details: { webhook_id: UNKNOWN } });
    expect(asked).toEqual([]);
    expect(await storedObjects()).toBe(0);
  });

  it('counts against the address of the caller, as the headers show', async () => {
    const addresses = [UNKNOWN, 'wh_invalid', `wh_${'v'.repeat(24)}`];
    let next = 0;
    const one = () => call(addresses[next++ % 3] as string, '192.0.2.2');
    expect(await statuses(7, one)).toEqual([404, 404, 404, 404, 404, 429, 429]);
    const refused = await one();
    expect(refused.body.error).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', details: { kind: 'refused_webhooks' } });
    expect(refused.headers.get('x-ratelimit-limit')).toBe('5');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // Neither another caller nor a call that is wanted suffers from it.
    expect((await call(UNKNOWN, '192.0.2.3')).status).toBe(404);
    expect((await call(KNOWN, '192.0.2.2')).status).toBe(202);
  });

  it('counts a whole IPv6 network of one caller together', async () => {
    let host = 0;
    expect(await statuses(6, () => call(UNKNOWN, `2001:db8:5:5::${++host}`))).toEqual([404, 404, 404, 404, 404, 429]);
    expect((await call(UNKNOWN, '2001:db8:5:6::1')).status).toBe(404);
  });
});

describe('a call that the dispatcher refuses', () => {
  it.each(['UNAUTHORIZED', 'METHOD_NOT_ALLOWED', 'WEBHOOK_NOT_FOUND'] as const)(
    'with %s counts against the address of the caller',
    async (code) => {
      refusal = new AppError(code);
      const from = `198.51.100.${code.length}`;
      const status = refusal.entry.status;
      expect(await statuses(6, () => call(KNOWN, from))).toEqual([status, status, status, status, status, 429]);
      // From now on not even the dispatcher is asked, whatever the call is.
      asked = [];
      refusal = null;
      const refused = await call(KNOWN, from, JSON.stringify('x'.repeat(500_000)));
      expect(refused.body.error).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', details: { kind: 'refused_webhooks' } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(asked).toEqual([]);
      // Neither calls of the same address to another webhook suffer from it, nor those of others.
      expect((await call(OTHER, from)).status).toBe(202);
      expect((await call(KNOWN, '198.51.100.200')).status).toBe(202);
    },
  );

  const isRefusedUnread = async (...fields: string[]): Promise<void> => {
    refusal = new AppError('UNAUTHORIZED');
    const before = await storedObjects();
    const client = await RawClient.open(gateway.url);
    client.head(`POST /v1/webhooks/${KNOWN} HTTP/1.1`, 'Host: x', ...fields);
    expect(await client.answers(1)).toEqual([401]);
    client.end();
    expect(asked).toEqual([AdmitWebhook.subject]);
    expect(await storedObjects()).toBe(before);
  };

  it('costs no large body: it is refused before that is read', () =>
    isRefusedUnread('Content-Length: 2000000', 'X-Forwarded-For: 192.0.2.9'));

  it('costs no small body that may be a large one once it is decompressed', () =>
    isRefusedUnread('Content-Length: 20', 'Content-Encoding: br', 'X-Forwarded-For: 192.0.2.13'));

  it('because the organisation has too many is reported as such, with the headers of its limit', async () => {
    const details = { limit: 500, kind: 'webhooks', reset_at: Math.floor(Date.now() / 1000) + 30 };
    refusal = new AppError('RATE_LIMIT_EXCEEDED', { details });
    const answered = await call(KNOWN, '192.0.2.10');
    expect(answered.status).toBe(429);
    expect(answered.headers.get('x-ratelimit-limit')).toBe('500');
    expect(answered.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(answered.headers.get('x-ratelimit-reset')).toBe(String(details.reset_at));
    expect(Number(answered.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('a call that is accepted', () => {
  it('has the state of the organisation’s limit, and sends one request when its body is small', async () => {
    const answered = await call(KNOWN, '192.0.2.11');
    expect(answered.status).toBe(202);
    expect(answered.headers.get('x-ratelimit-limit')).toBe('500');
    expect(answered.headers.get('x-ratelimit-remaining')).toBe('499');
    expect(asked).toEqual([ReceiveWebhook.subject]);
  });

  it('checks first whether a large body will be accepted', async () => {
    expect((await call(KNOWN, '192.0.2.12', JSON.stringify('x'.repeat(500_000)))).status).toBe(202);
    expect(asked).toEqual([AdmitWebhook.subject, ReceiveWebhook.subject]);
  });

  it('is not kept out by strangers who have all places of large bodies, and send them slowly', async () => {
    const bytes = 2 * LIMITS.inlinePayloadBytes;
    const slow: RawClient[] = [];
    for (let index = 0; index < LIMITS.largeBodiesArriving; index++) {
      const client = await RawClient.open(gateway.url);
      slow.push(client);
      const from = `X-Forwarded-For: 203.0.113.${index}`;
      client.head(`POST /v1/webhooks/${KNOWN} HTTP/1.1`, 'Host: x', `Content-Length: ${bytes}`, from);
      client.socket.write(Buffer.alloc(bytes - 1, 0x20));
    }
    await waitUntil('all to be admitted', () => asked.length === slow.length);
    expect((await call(KNOWN, '192.0.2.14', JSON.stringify('x'.repeat(500_000)))).status).toBe(202);
    expect(slow.flatMap(({ statuses: sent }) => sent)).toEqual([429]);
    expect(slow.map(({ received }) => received).join('')).toContain('arrived_within_ms');
    slow.forEach((client) => client.end());
  });
});

describe('an address', () => {
  const rankOf = (address: string) => senderRecords.rankOf(`webhooks of org_a ${address}`);

  it('goes ahead of others once a call of it was accepted', async () => {
    expect(rankOf('192.0.2.20')).toBe(RANKS.new);
    await call(KNOWN, '192.0.2.20');
    expect(rankOf('192.0.2.20')).toBe(RANKS.known);
  });

  const sent = async (body: Buffer, from: string): Promise<number> => {
    const headers = { 'content-encoding': 'br', 'x-forwarded-for': from };
    const init = { method: 'POST', headers, body: new Uint8Array(brotliCompressSync(body)) };
    return (await fetch(`${gateway.url}/v1/webhooks/${KNOWN}`, init)).status;
  };

  it('stays what it is when a small body is refused: nobody has waited for that', async () => {
    refusal = new AppError('UNAUTHORIZED');
    expect((await call(KNOWN, '192.0.2.24')).status).toBe(401);
    refusal = null;
    expect(rankOf('192.0.2.24')).toBe(RANKS.new);
  });

  it('goes behind them once a large or compressed body was refused, or decompressed to too much', async () => {
    expect(await sent(Buffer.alloc(LIMITS.webhookBodyBytes + 1), '192.0.2.22')).toBe(413);
    // Admitted by its head.
    refusedAt = ReceiveWebhook.subject;
    refusal = new AppError('UNAUTHORIZED');
    expect(await sent(Buffer.from('{}'), '192.0.2.21')).toBe(401);
    expect((await call(KNOWN, '192.0.2.23', JSON.stringify('x'.repeat(500_000)))).status).toBe(401);
    await waitUntil('all to be remembered', () =>
      ['192.0.2.21', '192.0.2.22', '192.0.2.23'].every((address) => rankOf(address) === RANKS.suspect),
    );
  });
});

test('without trusted proxies a header changes no address', async () => {
  const direct = await startGateway({ refusedPerMinute: 3 });
  try {
    let from = 0;
    const one = () =>
      direct.call('POST', `/v1/webhooks/${UNKNOWN}`, {
        token: null,
        headers: { 'x-forwarded-for': `192.0.2.${++from}` },
      });
    expect(await statuses(5, one)).toEqual([404, 404, 404, 429, 429]);
  } finally {
    await direct.stop();
  }
});
