import { EventDeliveryNoted, LIMITS, MASK, newId } from '@millrace/contracts';
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
  const limits: { eventDeliveriesKept: number } = LIMITS;
  jest.replaceProperty(limits, 'eventDeliveriesKept', 2);
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
  await scene.app.get(OutboundUpkeep).prune(new AbortController().signal);
  expect(await ended()).toEqual(before.slice(0, 2));
  // What waits is no delivery that has ended.
  expect(await scene.recorded(organisation, id)).toHaveLength(3);
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
