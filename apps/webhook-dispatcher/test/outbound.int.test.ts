import { createHmac } from 'node:crypto';
import {
  EventDeliveryDue,
  EventDeliveryRequested,
  EventOccurred,
  newId,
  RedeliverEvent,
  TestEventSubscription,
  newIdDigits,
} from '@millrace/contracts';
import type { Delivery } from '@millrace/messaging';
import { uniqueName, waitUntil } from '@millrace/testing';
import { OutboundController } from '../src/outbound/outbound.controller.js';
import { OutboundUpkeep } from '../src/outbound/outbound-upkeep.js';
import { OutboundScene, SECRET } from './outbound.fixture.js';

const DAY = 24 * 60 * 60 * 1_000;

let scene: OutboundScene;
let organisation: string;

beforeAll(async () => {
  scene = await OutboundScene.open();
}, 180_000);
afterAll(() => scene.close());
beforeEach(() => {
  organisation = uniqueName('org');
  scene.disabled.length = 0;
  scene.ahead = 0;
});

const status = async (id: string) => (await scene.recorded(organisation, id))[0]?.status;
const callsTo = (id: string) => scene.endpoints.callsTo(`/${id}`);

test('an execution that ends is announced to who has subscribed, signed, and recorded with what came back', async () => {
  const id = await scene.subscribe(organisation);
  scene.endpoints.on(`/${id}`, { status: 202, body: 'thanks' });
  const failed = { code: 'STEP_FAILED', message: 'x'.repeat(5_000), details: { much: 'y'.repeat(5_000) } };
  const execution_id = await scene.finish(organisation, { status: 'failed', error: failed });
  await waitUntil('the record', async () => (await status(id)) === 'delivered');

  const [call] = callsTo(id);
  const event = JSON.parse(call?.body ?? '') as { type: string; timestamp: string; data: Record<string, unknown> };
  expect(event).toMatchObject({ type: 'execution.failed', data: { execution_id, status: 'failed', duration_ms: 12 } });
  expect(event.data.error).toEqual({ code: 'STEP_FAILED', message: expect.stringMatching(/^x{100}/) });
  expect(call?.body.length).toBeLessThan(4_000);
  const { 'webhook-id': eventId, 'webhook-timestamp': time, 'webhook-signature': signature } = call?.headers ?? {};
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
  const expected = createHmac('sha256', key).update(`${String(eventId)}.${String(time)}.${call?.body}`);
  expect(signature).toBe(`v1,${expected.digest('base64')}`);
  expect(Math.abs(Number(time) * 1_000 - Date.now())).toBeLessThan(60_000);

  const [delivery] = await scene.recorded(organisation, id);
  expect(delivery).toMatchObject({
    event_id: eventId,
    event_type: 'execution.failed',
    attempts: 1,
    request_body: call?.body,
  });
  expect(delivery?.attempt_log).toEqual([
    {
      at: expect.any(String),
      url: `${scene.endpoints.url}/${id}`,
      request_headers: expect.objectContaining({ 'webhook-id': eventId, 'webhook-signature': signature }),
      duration_ms: expect.any(Number),
      status_code: 202,
      error: null,
      response_headers: expect.any(Object),
      response: 'thanks',
    },
  ]);
});

test('who has not subscribed to it gets nothing', async () => {
  const told = await scene.subscribe(organisation);
  const others = await Promise.all([
    scene.subscribe(organisation, { events: ['execution.cancelled'] }),
    scene.subscribe(organisation, { workflow_id: 'wf_another' }),
    scene.subscribe(organisation, { status: 'disabled' }),
    scene.subscribe(organisation, { since: new Date(Date.now() + 60_000).toISOString() }),
    scene.subscribe(uniqueName('org')),
  ]);
  await scene.finish(organisation);
  await scene.finish(organisation, { status: 'paused in a way of tomorrow' as never });
  await waitUntil('the one who subscribes', async () => (await status(told)) === 'delivered');
  expect(callsTo(told)).toHaveLength(1);
  expect(others.flatMap((id) => callsTo(id))).toEqual([]);
  expect(await Promise.all(others.map((id) => scene.recorded(organisation, id)))).toEqual(others.map(() => []));
});

test('what another service announces is sent as it says, once, and what is too large to be sent holds up nothing', async () => {
  const id = await scene.subscribe(organisation, { events: ['workflow.paused'] });
  const at = new Date().toISOString();
  const event = { organisation_id: organisation, workflow_id: 'wf_1', type: 'workflow.paused', at };
  const large = { ...event, event_id: newId('event'), data: { name: 'x'.repeat(20_000) } };
  const told = { ...event, event_id: newId('event'), data: { workflow_id: 'wf_1', version: 3, name: 'Orders' } };
  await scene.bus.publish(EventOccurred, large);
  await scene.bus.publish(EventOccurred, { ...large, event_id: newId('event'), type: 'something.of.tomorrow' });
  await scene.bus.publish(EventOccurred, told);
  // As a service to which it was not confirmed that it was stored, long after.
  await scene.bus.publish(EventOccurred, told, { messageId: 'another' });
  await waitUntil('the record', async () => (await status(id)) === 'delivered');
  expect(callsTo(id).map(({ body, headers }) => [JSON.parse(body) as unknown, headers['webhook-id']])).toEqual([
    [{ type: 'workflow.paused', timestamp: at, data: told.data }, told.event_id],
  ]);
});

test('what an endpoint does not take is sent again, under the same id, when its time has come', async () => {
  const id = await scene.subscribe(organisation);
  scene.endpoints.sequence(`/${id}`, [{ status: 503, headers: { 'retry-after': '120' } }, { status: 200 }]);
  await scene.finish(organisation);
  await waitUntil('the first attempt', async () => (await scene.recorded(organisation, id))[0]?.attempts === 1);
  const [pending] = await scene.recorded(organisation, id);
  expect(pending?.status).toBe('pending');
  const wait = Date.parse(pending?.next_attempt_at ?? '') - Date.parse(pending?.attempt_log[0]?.at ?? '');
  expect(wait).toBeGreaterThanOrEqual(120_000);

  // The server's clock cannot be moved: the timer's message is brought as it brings it.
  const {
    id: delivery_id,
    event_id,
    event_type,
    request_body: body,
    created_at,
  } = pending as NonNullable<typeof pending>;
  const due = {
    delivery_id,
    organisation_id: organisation,
    subscription_id: id,
    event_id,
    event_type,
    body,
    created_at,
  };
  await scene.bus.publish(EventDeliveryDue, { ...due, round: 1, attempt: 2 }, { at: new Date() });
  await waitUntil('the second attempt', async () => (await status(id)) === 'delivered');
  const ids = callsTo(id).map(({ headers }) => headers['webhook-id']);
  expect(ids).toEqual([event_id, event_id]);
  const [record] = await scene.recorded(organisation, id);
  expect(record?.attempt_log.map(({ status_code }) => status_code)).toEqual([503, 200]);
});

test('a redirection is no success and is not followed; an address that must not be called gets no packet', async () => {
  const redirects = await scene.subscribe(organisation);
  scene.endpoints.on(`/${redirects}`, { status: 302, headers: { location: `${scene.endpoints.url}/elsewhere` } });
  const blocked = await scene.subscribe(organisation, { url: 'http://169.254.169.254/latest' });
  await scene.finish(organisation);
  await waitUntil('both attempts', async () => {
    const all = await Promise.all([redirects, blocked].map((id) => scene.recorded(organisation, id)));
    return all.every(([first]) => first?.attempts === 1);
  });
  expect(scene.endpoints.callsTo('/elsewhere')).toEqual([]);
  const logs = await Promise.all([redirects, blocked].map((id) => scene.recorded(organisation, id)));
  const errors = logs.map(([first]) => [first?.status, first?.attempt_log[0]?.error]);
  expect(errors).toEqual([
    ['pending', 'The endpoint returned the status 302'],
    ['pending', expect.stringContaining('is not public')],
  ]);
});

test('an endpoint that is gone gets nothing more, and the others get all', async () => {
  const other = await scene.subscribe(organisation, { events: ['subscription.disabled'] });
  const id = await scene.subscribe(organisation);
  scene.endpoints.on(`/${id}`, { status: 410 });
  await scene.finish(organisation);
  await waitUntil('the end', async () => (await status(id)) === 'failed');
  await waitUntil('the other', async () => (await status(other)) === 'delivered');
  expect(JSON.parse(callsTo(other)[0]?.body ?? '')).toMatchObject({
    data: { subscription_id: id, reason: expect.any(String) },
  });
  expect(scene.disabled).toEqual([
    expect.objectContaining({ subscription_id: id, reason: expect.stringContaining('410') }),
  ]);
});

test('an endpoint that takes nothing for five days is disabled; one success begins the days anew', async () => {
  const other = await scene.subscribe(organisation, { events: ['subscription.disabled'] });
  const id = await scene.subscribe(organisation);
  const attempt = async (days: number, answer: number): Promise<void> => {
    scene.ahead = days * DAY;
    scene.endpoints.on(`/${id}`, { status: answer });
    const calls = callsTo(id).length;
    await scene.finish(organisation);
    await waitUntil(`the attempt of day ${days}`, async () => {
      const records = await scene.recorded(organisation, id);
      return callsTo(id).length > calls && records.every(({ attempts }) => attempts > 0);
    });
  };
  for (const [days, answer] of [
    [0, 500],
    [4, 200],
    [5, 500],
    [9, 500],
  ] as const)
    await attempt(days, answer);
  expect(scene.disabled).toEqual([]);
  await attempt(10.1, 500);
  await waitUntil('the end', () => scene.disabled.length > 0);
  const reason = expect.stringContaining('5 days') as string;
  expect(scene.disabled).toEqual([expect.objectContaining({ subscription_id: id, reason })]);
  await waitUntil('the other to be notified', () => callsTo(other).length > 0);
  const data = { subscription_id: id, url: `${scene.endpoints.url}/${id}`, reason };
  expect(callsTo(other).map(({ body }) => JSON.parse(body) as unknown)).toEqual([
    { type: 'subscription.disabled', timestamp: expect.any(String), data },
  ]);

  // It is active here all the time: as once it is activated again, it has five days again.
  await attempt(10.2, 500);
  await attempt(10.3, 500);
  expect(scene.disabled).toHaveLength(1);
});

test('while a secret is replaced both sign, and then the new one alone', async () => {
  const id = await scene.subscribe(organisation);
  const until = new Date(Date.now() + DAY).toISOString();
  const previous = { secret: scene.sealed(organisation, id, `whsec_${Buffer.alloc(24, 9).toString('base64')}`), until };
  await scene.put(organisation, id, { ...scene.stored(organisation, id), previous });
  await scene.finish(organisation);
  await waitUntil('the first', () => callsTo(id).length === 1);
  scene.ahead = DAY + 1_000;
  await scene.finish(organisation);
  await waitUntil('the second', () => callsTo(id).length === 2);
  const signatures = callsTo(id).map(({ headers }) => String(headers['webhook-signature']).split(' ').length);
  expect(signatures).toEqual([2, 1]);
});

test('a delivery is sent again when somebody asks, and what was pending of it before is not', async () => {
  const id = await scene.subscribe(organisation);
  const address = { organisation_id: organisation, subscription_id: id };
  scene.endpoints.sequence(`/${id}`, [{ status: 500 }, { status: 200 }]);
  await scene.finish(organisation);
  await waitUntil('the first attempt', async () => (await scene.recorded(organisation, id))[0]?.attempts === 1);
  const [first] = await scene.recorded(organisation, id);
  if (first === undefined) throw new Error('There is no record');
  const answer = await scene.bus.request(RedeliverEvent, { ...address, delivery_id: first.id });
  expect(answer).toMatchObject({ id: first.id, status: 'pending' });
  await waitUntil('the second round', async () => (await status(id)) === 'delivered');

  const { event_id, event_type, request_body: body, created_at } = first;
  const former = { ...address, delivery_id: first.id, event_id, event_type, body, created_at, round: 1, attempt: 2 };
  await scene.app.get(OutboundController).due(former);
  await scene.app.get(OutboundController).again(former, { sequence: 1 } as Delivery);
  // What it has put on its way, if anything, is in the same queue before this.
  await scene.finish(organisation);
  await waitUntil('the next event', async () => (await scene.recorded(organisation, id)).length === 2);
  await waitUntil('its end', async () => (await status(id)) === 'delivered');
  expect(callsTo(id)).toHaveLength(3);

  await expect(scene.bus.request(RedeliverEvent, { ...address, delivery_id: 'dlv_x' })).rejects.toMatchObject({
    code: 'EVENT_DELIVERY_NOT_FOUND',
  });
  const other = { ...address, organisation_id: uniqueName('org') };
  await expect(scene.bus.request(RedeliverEvent, { ...other, delivery_id: first.id })).rejects.toMatchObject({
    code: 'EVENT_SUBSCRIPTION_NOT_FOUND',
  });
});

test('a test event reaches a disabled subscription too, and is not sent again', async () => {
  const id = await scene.subscribe(organisation, { status: 'disabled', disabled_reason: 'x' });
  scene.endpoints.on(`/${id}`, { status: 500 });
  const { delivery_id } = await scene.bus.request(TestEventSubscription, {
    organisation_id: organisation,
    subscription_id: id,
  });
  await waitUntil('the record', async () => (await status(id)) === 'failed');
  expect(await scene.recorded(organisation, id)).toMatchObject([
    { id: delivery_id, event_type: 'subscription.test', attempts: 1 },
  ]);
});

test('a test event that is sent again under the same key, since a gateway died, is the same delivery', async () => {
  const id = await scene.subscribe(organisation);
  scene.endpoints.on(`/${id}`, { status: 200 });
  const write = { id: newIdDigits(), seed: 's'.repeat(43) };
  const asked = { organisation_id: organisation, subscription_id: id };
  const send = (again: boolean) => scene.bus.request(TestEventSubscription, asked, { write: { ...write, again } });
  expect(await send(true)).toEqual(await send(false));
  await waitUntil('the record', async () => (await status(id)) === 'delivered');
  expect(await scene.recorded(organisation, id)).toHaveLength(1);
});

test('what is on its way to a subscription that is disabled or deleted is not sent', async () => {
  const [off, gone] = [await scene.subscribe(organisation), await scene.subscribe(organisation)];
  const due = (subscription_id: string) => ({
    delivery_id: `dlv_${subscription_id.slice(4)}`,
    organisation_id: organisation,
    subscription_id,
    event_id: 'evt_x',
    event_type: 'execution.failed',
    body: '{}',
    created_at: new Date().toISOString(),
    round: 1,
    attempt: 3,
  });
  await scene.put(organisation, off, { ...scene.stored(organisation, off), status: 'disabled' });
  await scene.put(organisation, gone, null);
  for (const id of [gone, off]) await scene.bus.publish(EventDeliveryRequested, due(id));
  await waitUntil('the record', async () => (await status(off)) === 'failed');
  expect((await scene.recorded(organisation, off))[0]).toMatchObject({ attempts: 0, reason: expect.any(String) });
  expect([...callsTo(off), ...callsTo(gone)]).toEqual([]);
  expect(await scene.recorded(organisation, gone)).toEqual([]);
});

test('while the database is away events are sent, and their records are written when it is back', async () => {
  const id = await scene.subscribe(organisation);
  const note = jest.spyOn(scene.deliveries, 'note').mockRejectedValue(new Error('The database is away'));
  await scene.finish(organisation);
  await waitUntil(
    'the event to be sent, and its record to be tried',
    () => callsTo(id).length > 0 && note.mock.calls.length > 0,
  );
  expect(await scene.recorded(organisation, id)).toEqual([]);
  note.mockRestore();
  await waitUntil('the record', async () => (await status(id)) === 'delivered', 60_000);
  expect(callsTo(id)).toHaveLength(1);
});

test('endpoints of one organisation that never respond delay nobody else', async () => {
  const slow = await scene.subscribe(organisation);
  const held: (() => void)[] = [];
  scene.endpoints.on(`/${slow}`, () => new Promise((resolve) => held.push(() => resolve({ status: 200 }))));
  for (let count = 0; count < 100; count++) await scene.finish(organisation);
  await waitUntil('its share of the attempts', () => held.length >= 16);
  const other = uniqueName('org');
  const quick = await scene.subscribe(other);
  await scene.finish(other);
  await waitUntil('the other one', async () => (await scene.recorded(other, quick))[0]?.status === 'delivered');
  expect(held.length).toBeLessThan(64);
  const release = setInterval(() => held.splice(0).forEach((go) => go()), 10);
  await waitUntil('all of them', async () => {
    const records = await scene.recorded(organisation, slow);
    return records.length === 100 && records.every((one) => one.status === 'delivered');
  });
  clearInterval(release);
}, 180_000);

test('old deliveries go, and those of a subscription that is gone', async () => {
  const [kept, gone] = [await scene.subscribe(organisation), await scene.subscribe(organisation)];
  await scene.finish(organisation);
  await waitUntil('both', async () => (await status(kept)) === 'delivered' && (await status(gone)) === 'delivered');
  await scene.put(organisation, gone, null);
  const prune = () => scene.app.get(OutboundUpkeep).prune(new AbortController().signal);
  await prune();
  expect(await scene.recorded(organisation, kept)).toHaveLength(1);
  expect(await scene.recorded(organisation, gone)).toEqual([]);
  scene.ahead = 31 * DAY;
  await prune();
  expect(await scene.recorded(organisation, kept)).toEqual([]);
});
