import {
  LIMITS,
  newId,
  TokenSnapshot,
  WebhookCallShown,
  WebhookListened,
  WebhookSnapshot,
  type ShownWebhookCall,
} from '@millrace/contracts';
import { ExactNumber, parseJson } from '@millrace/expression/exact';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { tokenHash } from '@millrace/service-kit/token-hash';
import { waitUntil } from '@millrace/testing';
import { LIVE_BOUNDS } from '../src/live/live-bounds.js';
import { startGateway, TOKEN, type RunningGateway } from './gateway.fixture.js';
import { StreamClient } from './live.fixture.js';

const WEBHOOK = `wh_${'a'.repeat(24)}`;
const FOREIGN = `wh_${'b'.repeat(24)}`;
const NONE = `wh_${'c'.repeat(24)}`;
const CALL: ShownWebhookCall = {
  at: '2026-11-27T09:00:00.000Z',
  method: 'POST',
  verdict: 'accepted',
  status: 202,
  code: null,
  message: null,
  execution_id: newId('execution'),
  request_id: null,
  headers: {},
  query: {},
  body: { bytes: 2, text: '{}', base64: null, truncated: false },
  input: {},
  input_problem: null,
  checks: { passed: null, headers: [], signature: null },
};

let gateway: RunningGateway;
/** In the place of dispatchers, which are other processes. */
let dispatcher: NatsBus;
let told: { listener_id: string; organisation_id: string; webhook_id: string }[];
/** The ids of those that have said that they left. */
let left: string[];
let clients: StreamClient[];
beforeAll(async () => {
  const liveBounds = {
    ...LIVE_BOUNDS,
    readGapMs: 5,
    tokenCheckMs: 20,
    listenersPerOrganisation: 2,
    listeningMs: 60_000,
  };
  gateway = await startGateway({ liveBounds });
  dispatcher = await connectBus({ url: gateway.natsUrl, name: 'dispatcher', logger: silentLogger });
  for (const [webhook_id, organisation_id] of [
    [WEBHOOK, 'org_a'],
    [FOREIGN, 'org_b'],
  ] as const)
    await gateway.bus.snapshots.put(
      WebhookSnapshot,
      { webhook_id },
      { webhook_id, organisation_id, workflow_id: newId('workflow'), method: 'POST' },
    );
  await dispatcher.hear(WebhookListened, {
    heard: (_, open) =>
      void open().then((each) => (each.ended === true ? left.push(each.listener_id) : told.push(each))),
  });
});
beforeEach(() => ([told, left, clients] = [[], [], []]));
afterEach(() => clients.forEach((client) => client.close()));
afterAll(async () => {
  await dispatcher.close();
  await gateway.stop();
});

async function listen(webhookId = WEBHOOK, token = TOKEN): Promise<StreamClient> {
  const client = await StreamClient.open(`${gateway.url}/v1/webhooks/${webhookId}/listen`, token, {}, 'POST');
  clients.push(client);
  return client;
}
/** The same as soon as there is a place: those who have left give theirs back a moment later. */
const listenSoon = (token = TOKEN): Promise<StreamClient> =>
  waitUntil('a place', async () => {
    const client = await listen(WEBHOOK, token);
    return client.status === 200 ? client : null;
  });
/** One who listens, and under which id dispatchers know him. */
async function listener(): Promise<{ client: StreamClient; id: string }> {
  const before = told.length;
  const client = await listenSoon();
  await client.untilEvents(1);
  return { client, id: await waitUntil('the sign', () => told[before]?.listener_id) };
}
const show = (listener_id: string, call: ShownWebhookCall | undefined, missed = 0) =>
  dispatcher.tell(WebhookCallShown, { listener_id, call, missed });

test('a listener gets a sign that it listens, and then each call that dispatchers show it, in their order', async () => {
  const { client, id } = await listener();
  const [first] = client.events;
  expect([first?.event, first?.data['type']]).toEqual(['listening', 'listening']);
  expect(Date.parse(String(first?.data['until']))).toBeGreaterThan(Date.now());
  expect(told[0]).toMatchObject({ organisation_id: 'org_a', webhook_id: WEBHOOK });
  await show(newId('event'), { ...CALL, method: 'PUT' });
  await show(id, CALL);
  await show(id, { ...CALL, method: 'GET' }, 3);
  await client.untilEvents(4);
  expect(client.events.slice(1).map(({ event: type, data: { call, count } }) => [type, call ?? count])).toEqual([
    ['call', CALL],
    ['missed', 3],
    ['call', { ...CALL, method: 'GET' }],
  ]);
});

test('numbers come as they were sent', async () => {
  const { client, id } = await listener();
  const input = parseJson('{"n":12345678901234567890.123}') as { n: unknown };
  expect(input.n).toBeInstanceOf(ExactNumber);
  await show(id, { ...CALL, input });
  await client.untilEvents(2);
  expect(client.text).toContain('"n":12345678901234567890.123');
});

test('after as many calls as one is shown the stream ends, and says so', async () => {
  const { client, id } = await listener();
  for (let sent = 0; sent < LIMITS.listenedCalls + 5; sent += 5) {
    for (let each = 0; each < 5; each++) await show(id, CALL);
    // No faster than they are taken: else they would be missed.
    await client.untilEvents(Math.min(sent + 6, LIMITS.listenedCalls + 2));
  }
  await client.untilOver();
  expect(client.types.filter((type) => type === 'call')).toHaveLength(LIMITS.listenedCalls);
  expect(client.events.at(-1)?.data).toMatchObject({ type: 'ended', reason: 'calls' });
});

test('an address of another organisation is as unknown as one that nobody has', async () => {
  const path = (id: string) => `/v1/webhooks/${id}/listen`;
  const answers = await Promise.all([FOREIGN, NONE].map((id) => gateway.call('POST', path(id))));
  const shown = answers.map(({ status, body: { error } }) => [status, error?.code, Object.keys(error?.details ?? {})]);
  expect(shown).toEqual([
    [404, 'WEBHOOK_NOT_FOUND', ['webhook_id']],
    [404, 'WEBHOOK_NOT_FOUND', ['webhook_id']],
  ]);
  expect(told).toEqual([]);
});

test('more listeners than an organisation may have are refused until one leaves', async () => {
  const [first] = [await listener(), await listener()];
  const third = await listen();
  expect(third.status).toBe(429);
  await waitUntil('the refusal', () => third.text.includes('TOO_MANY_STREAMS'));
  first.client.close();
  await (await listenSoon()).untilEvents(1);
  await waitUntil('the sign that it left', () => left.includes(first.id));
});

test('a token that is taken back gets no more', async () => {
  const token = { token_hash: tokenHash('a-token-of-somebody-who-listens') };
  const scopes = ['executions:read'];
  await gateway.bus.snapshots.put(TokenSnapshot, token, { token_id: 'tok_9', organisation_id: 'org_a', scopes });
  const client = await listenSoon('a-token-of-somebody-who-listens');
  await client.untilEvents(1);
  await gateway.bus.snapshots.delete(TokenSnapshot, token);
  await client.untilOver();
  expect(client.types).toEqual(['listening']);
});
