import {
  EventDeliveryDue,
  EventDeliveryPutOff,
  EventDeliveryRequested,
  EventPutOff,
  ExecutionFinished,
  STREAMS,
  type RequestedDelivery,
} from '@millrace/contracts';
import { uniqueName, waitUntil } from '@millrace/testing';
import { OutboundController } from '../src/outbound/outbound.controller.js';
import { OutboundScene } from './outbound.fixture.js';

/* One organisation has very many events for many subscriptions. */

const SUBSCRIPTIONS = 5;
const LONG_MS = 300_000;
/** Looking at thousands of calls costs as much as some of them. */
const SELDOM = { everyMs: 250 };

let scene: OutboundScene;
let organisation: string;

beforeAll(async () => {
  scene = await OutboundScene.open({ MILLRACE_SHUTDOWN_GRACE_SECONDS: '0' });
}, 180_000);
afterAll(() => scene.close());
beforeEach(() => {
  organisation = uniqueName('org');
});
afterEach(() => jest.restoreAllMocks());

const times = <T>(count: number, make: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, make));

/** What the dispatcher publishes, in order: the names of the messages, and whose they are. */
function published(): () => { readonly message: string; readonly organisation: string }[] {
  const spy = jest.spyOn(scene.bus, 'publish');
  return () =>
    (spy.mock.calls as unknown as [{ name: string }, { organisation_id: string }][]).map(
      ([{ name: message }, { organisation_id: organisation }]) => ({ message, organisation }),
    );
}

/** How often each event came to each of the subscriptions, in calls from a number on. */
function callsOf(ids: readonly string[], from = 0): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { path, headers } of scene.endpoints.calls.slice(from)) {
    const call = `${path} ${String(headers['webhook-id'])}`;
    if (ids.includes(path.slice(1))) counts.set(call, (counts.get(call) ?? 0) + 1);
  }
  return counts;
}

/** Nothing is on its way any more, and no timer is set. */
async function untilAtRest(): Promise<void> {
  const isAtRest = async (): Promise<boolean> => {
    const { streams, consumers } = await scene.bus.queueStates();
    const { deliveries, timers, events } = STREAMS;
    const left = streams.filter(({ stream }) => stream === deliveries || stream === timers);
    const taken = consumers.filter(({ stream, consumer }) => stream === events && consumer.startsWith('outbound'));
    return left.every(({ messages }) => messages === 0) && taken.every((one) => one.waiting + one.underWay === 0);
  };
  await waitUntil('all to be done', isAtRest, LONG_MS, SELDOM);
}

test('a quiet organisation does not wait until what is before its event in the stream is on its way, and all of that is sent once', async () => {
  const many = 300;
  const [quiet, publishes] = [uniqueName('org'), published()];
  const heavy = await times(SUBSCRIPTIONS, () => scene.subscribe(organisation));
  await scene.subscribe(quiet);
  await Promise.all([times(many, () => scene.finish(organisation)), scene.finish(quiet)]);
  const requests = () => publishes().filter(({ message }) => message === EventDeliveryRequested.name);
  const place = () => requests().findIndex((one) => one.organisation === quiet);
  await waitUntil('the quiet one', () => place() >= 0, LONG_MS, SELDOM);
  expect(place()).toBeLessThan((many * SUBSCRIPTIONS) / 2);

  await waitUntil('the others', () => callsOf(heavy).size === many * SUBSCRIPTIONS, LONG_MS, SELDOM);
  await untilAtRest();
  expect(new Set(callsOf(heavy).values())).toEqual(new Set([1]));
}, 900_000);

test('a dispatcher that dies while it puts off loses none of them and sends none twice', async () => {
  const many = 300;
  const heavy = await times(SUBSCRIPTIONS, () => scene.subscribe(organisation));
  let isHeld = true;
  for (const id of heavy)
    scene.endpoints.on(`/${id}`, async () => (isHeld ? new Promise<never>(() => undefined) : { status: 200 }));
  const publish = scene.bus.publish.bind(scene.bus) as (...published: unknown[]) => Promise<never>;
  let putOff = 0;
  jest.spyOn(scene.bus, 'publish').mockImplementation((message: object, ...rest: unknown[]) => {
    if (message === EventPutOff) putOff++;
    // Nothing more gets out of it, and its messages are not acknowledged.
    const isDead = putOff > 30 && message !== ExecutionFinished;
    return isDead ? new Promise<never>(() => undefined) : publish(message, ...rest);
  });
  await times(many, () => scene.finish(organisation));
  await waitUntil('it to die', () => putOff > 30);
  let begun = 0;
  await scene.replace(() => {
    begun = scene.endpoints.calls.length;
    isHeld = false;
  });

  await waitUntil('all', () => callsOf(heavy, begun).size === many * SUBSCRIPTIONS, LONG_MS, SELDOM);
  await untilAtRest();
  expect(new Set(callsOf(heavy, begun).values())).toEqual(new Set([1]));
}, 900_000);

test('what a timer brings for a subscription that is deleted or disabled ends there, and so does what would be put off', async () => {
  const [off, gone] = [await scene.subscribe(organisation), await scene.subscribe(organisation)];
  const delivery = (subscription_id: string, name: string): RequestedDelivery => ({
    ...{ delivery_id: `dlv_${name}${subscription_id.slice(4)}`, organisation_id: organisation, subscription_id },
    ...{ event_id: 'evt_x', event_type: 'execution.failed', body: '{}', created_at: new Date().toISOString() },
    ...{ round: 1, attempt: 2 },
  });
  await scene.put(organisation, off, { ...scene.stored(organisation, off), status: 'disabled' });
  await scene.put(organisation, gone, null);
  const publishes = published();
  const at = new Date();
  for (const id of [gone, off]) {
    await scene.bus.publish(EventDeliveryDue, delivery(id, 'due'), { at });
    await scene.bus.publish(EventDeliveryPutOff, delivery(id, 'put_off'), { at });
  }
  await scene.bus.publish(
    EventPutOff,
    {
      ...{ event_id: 'evt_x', organisation_id: organisation, workflow_id: null, event_type: 'execution.failed' },
      ...{ body: '{}', created_at: at.toISOString() },
    },
    { at },
  );
  await untilAtRest();
  expect(publishes().filter(({ message }) => message === EventDeliveryRequested.name)).toEqual([]);

  const { signal } = new AbortController();
  const controller = scene.app.get(OutboundController);
  const before = publishes().length;
  for (const id of [gone, off]) await controller.putOff(delivery(id, 'overflow'), { delayMs: 1, signal });
  const put = publishes().slice(before);
  expect(put.filter(({ message }) => message === EventDeliveryPutOff.name)).toEqual([]);
  await waitUntil('the records', async () => (await scene.recorded(organisation, off)).length === 3);
  const records = await scene.recorded(organisation, off);
  const isUnsent = records.map(
    ({ status, attempts, reason }) => status === 'failed' && attempts === 0 && reason !== null,
  );
  expect(isUnsent).toEqual([true, true, true]);
  expect(await scene.recorded(organisation, gone)).toEqual([]);
}, 180_000);
