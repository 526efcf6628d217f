import { EventDeliveryNoted, EventSubscriptionsSnapshot, LIMITS, MASK, newId } from '@millrace/contracts';
import { uniqueName, waitUntil } from '@millrace/testing';
import { OutboundUpkeep } from '../src/outbound/outbound-upkeep.js';
import { OutboundScene } from './outbound.fixture.js';

/* What is recorded of each attempt to deliver an event, and what an endpoint decides of the next one. */

let scene: OutboundScene;
let organisation: string;

beforeAll(async () => {
  scene = await OutboundScene.open();
}, 180_000);
afterAll(() => scene.close());
beforeEach(() => {
  organisation = uniqueName('org');
});

afterEach(() => jest.restoreAllMocks());

const newest = async (id: string) => (await scene.recorded(organisation, id))[0];

test('an attempt has the headers that were sent, and those that came back without their cookies', async () => {
  const id = await scene.subscribe(organisation);
  const headers = { location: '/elsewhere', 'x-request-id': 'r-1', 'set-cookie': 'session=4711' };
  scene.endpoints.on(`/${id}`, { status: 302, headers });
  await scene.finish(organisation);
  await waitUntil('the attempt', async () => (await newest(id))?.attempts === 1);
  const [attempt] = (await newest(id))?.attempt_log ?? [];
  const sent = attempt?.request_headers ?? {};
  expect(Object.keys(sent).filter((name) => name !== 'traceparent')).toEqual([
    ...['content-type', 'user-agent', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'x-webhook-signature'],
  ]);
  expect(scene.endpoints.callsTo(`/${id}`)[0]?.headers).toMatchObject(sent);
  expect(attempt?.response_headers).toMatchObject({ ...headers, 'set-cookie': MASK });
});

test('where nothing responds there are no headers of a response', async () => {
  const id = await scene.subscribe(organisation);
  scene.endpoints.on(`/${id}`, { hangUp: true });
  await scene.finish(organisation);
  await waitUntil('the attempt', async () => (await newest(id))?.attempts === 1);
  const nothing = { status_code: null, response_headers: null };
  expect((await newest(id))?.attempt_log).toMatchObject([
    { ...nothing, request_headers: { 'user-agent': 'Millrace' } },
  ]);
});

test.each([429, 500, 503])('a Retry-After is waited for, with the status %d', async (failing) => {
  const id = await scene.subscribe(organisation);
  scene.endpoints.on(`/${id}`, { status: failing, headers: { 'retry-after': '120' } });
  await scene.finish(organisation);
  await waitUntil('the attempt', async () => (await newest(id))?.attempts === 1);
  const record = await newest(id);
  const [attempt] = record?.attempt_log ?? [];
  expect(attempt).toMatchObject({ status_code: failing, response_headers: { 'retry-after': '120' } });
  // Without it, it is 6 seconds at most.
  expect(Date.parse(record?.next_attempt_at ?? '') - Date.parse(attempt?.at ?? '')).toBeGreaterThanOrEqual(120_000);
});

test('of what has ended the newest 10,000 deliveries of a subscription are kept', async () => {
  expect(LIMITS.eventDeliveriesKept).toBe(10_000);
  const [id, other] = [await scene.subscribe(organisation), await scene.subscribe(organisation)];
  scene.endpoints.sequence(`/${id}`, [{ status: 500 }, { status: 200 }]);
  const ended = async () => (await scene.recorded(organisation, id)).filter((one) => one.status === 'delivered');
  for (let count = 1; count <= 4; count++) {
    await scene.finish(organisation);
    await waitUntil('its record', async () => (await scene.recorded(organisation, id)).length === count);
    await waitUntil('its attempt', async () => (await newest(id))?.attempts === 1);
  }
  await waitUntil('the others', async () => (await scene.recorded(organisation, other)).length === 4);
  const before = await scene.recorded(organisation, id);
  expect(before.map(({ status }) => status)).toEqual(['delivered', 'delivered', 'delivered', 'pending']);
  const limits: { eventDeliveriesKept: number } = LIMITS;
  jest.replaceProperty(limits, 'eventDeliveriesKept', 2);
  await scene.app.get(OutboundUpkeep).prune(new AbortController().signal);
  expect(await ended()).toEqual(before.slice(0, 2));
  // What waits is no delivery that has ended.
  expect(await scene.recorded(organisation, id)).toHaveLength(3);
});

test('of very many that end the newest are kept, without waiting for the next time that old ones go', async () => {
  const limits: { eventDeliveriesKept: number } = LIMITS;
  jest.replaceProperty(limits, 'eventDeliveriesKept', 10);
  const id = await scene.subscribe(organisation);
  scene.endpoints.on(`/${id}`, { status: 200 });
  const count = 25;
  for (let index = 0; index < count; index++) await scene.finish(organisation);
  await waitUntil('all of them', () => scene.endpoints.callsTo(`/${id}`).length === count);
  await waitUntil('the newest', async () => (await scene.recorded(organisation, id)).length === 10);
});

test('of the latest 20 attempts the latest 3 have what was sent and came back', async () => {
  const id = await scene.subscribe(organisation);
  const times = Array.from({ length: 22 }, (_, index) => new Date(Date.now() - (22 - index) * 1_000).toISOString());
  const of = { organisation_id: organisation, subscription_id: id, event_id: 'evt_x', event_type: 'execution.failed' };
  const note = { ...of, delivery_id: newId('delivery'), body: '{}', created_at: times[0] ?? '', round: 1 };
  const called = { url: 'https://example.com/', request_headers: { a: 'b' }, response_headers: { c: 'd' } };
  const made = { duration_ms: 1, status_code: 500, error: 'x', response: 'y' };
  for (const [index, at] of times.entries()) {
    const state = { attempt: index + 1, status: 'failed' as const, next_attempt_at: null };
    await scene.bus.publish(EventDeliveryNoted, { ...note, ...state, made: { ...made, at }, called });
  }
  await waitUntil('the record', async () => (await newest(id))?.attempts === times.length);
  const none = { url: null, request_headers: null, response_headers: null, response: '' };
  expect((await newest(id))?.attempt_log).toEqual([
    ...times.slice(2, -3).map((at) => ({ ...made, ...none, at })),
    ...times.slice(-3).map((at) => ({ ...made, ...called, at })),
  ]);
});

test('the deliveries of a subscription that is deleted go without waiting for the round of old ones, also those that were never sent', async () => {
  const stopping = new AbortController().signal;
  const upkeep = scene.app.get(OutboundUpkeep);
  const disabled = { status: 'disabled' as const, disabled_reason: 'x', disabled_at: new Date().toISOString() };
  const [sent, unsent] = [await scene.subscribe(organisation), await scene.subscribe(organisation, disabled)];
  const kept = await scene.subscribe(organisation);
  const other = uniqueName('org');
  const unknown = await scene.subscribe(other);
  await Promise.all([scene.finish(organisation), scene.finish(other)]);
  const countOf = (id: string) => scene.deliveries.model.countDocuments({ subscription_id: id });
  for (const id of [sent, kept, unknown])
    await waitUntil('its attempt', async () => scene.deliveries.model.exists({ subscription_id: id, attempts: 1 }));
  await waitUntil('the record without one', async () => (await countOf(unsent)) === 1);
  await scene.put(organisation, sent, null);
  await scene.put(organisation, unsent, null);
  // A server that has lost its data has no snapshot, until it is published again.
  await scene.bus.snapshots.delete(EventSubscriptionsSnapshot, { organisation_id: other });
  await waitUntil('them to go', async () => {
    await upkeep.forgetDeleted(stopping);
    return (await countOf(sent)) + (await countOf(unsent)) === 0;
  });
  expect([await countOf(kept), await countOf(unknown)]).toEqual([1, 1]);
});

test('attempts are recorded whatever release made them', async () => {
  const id = await scene.subscribe(organisation);
  const [at = '', next = ''] = [1_000, 0].map((ago) => new Date(Date.now() - ago).toISOString());
  const of = { organisation_id: organisation, subscription_id: id, event_id: 'evt_x', event_type: 'execution.failed' };
  const note = { ...of, delivery_id: newId('delivery'), body: '{}', created_at: at, round: 1, next_attempt_at: null };
  const made = { duration_ms: 1, status_code: 500, error: 'x', response: '' };
  await scene.bus.publish(EventDeliveryNoted, { ...note, attempt: 1, status: 'pending', made: { ...made, at } });
  const called = { url: 'https://example.com/', request_headers: { a: 'b' }, response_headers: null };
  const later = { ...called, later: 1 } as typeof called;
  const newer = { ...made, at: next, later: 1 };
  await scene.bus.publish(EventDeliveryNoted, { ...note, attempt: 2, status: 'failed', made: newer, called: later });
  await waitUntil('the record', async () => (await newest(id))?.status === 'failed');
  const none = { url: null, request_headers: null, response_headers: null };
  expect((await newest(id))?.attempt_log).toEqual([
    { ...made, ...none, at },
    { ...made, ...called, at: next },
  ]);
});
