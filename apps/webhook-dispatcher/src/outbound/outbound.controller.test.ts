import { setImmediate as turn } from 'node:timers/promises';
import {
  EventDeliveryRequested,
  EventPutOff,
  LIMITS,
  newId,
  type FinishedExecution,
  type OccurredEvent,
  type PutOffEvent,
} from '@millrace/contracts';
import type { Bus, Received } from '@millrace/messaging';
import type { OutboundEvent } from '@millrace/service-kit/outbound-event';
import { EventRouter } from './event-router.js';
import { OutboundController } from './outbound.controller.js';
import type { Subscription, Subscriptions } from './subscriptions.js';
import type { WaitingDeliveries } from './waiting-deliveries.js';

const SUBSCRIPTIONS_OF_MANY = 20;
/** Events of so many deliveries that are put on their way from one batch. */
const AT_ONCE = Math.floor(LIMITS.eventDeliveriesOfBatch / SUBSCRIPTIONS_OF_MANY);
/** Messages that are stored at the same time; of one organisation half as many. */
const ROOM = 128;
const NOW = '2026-11-28T09:00:00.000Z';

let published: {
  readonly message: string;
  readonly organisation: string;
  readonly event: string;
  readonly payload: object;
}[];
let begun: number;
let underWay: number;
let mostUnderWay: number;
/** How often something was stored, one after the other: what is stored side by side counts once. */
let rounds: number;
let round: Promise<void> | undefined;
/** What publishing for an organisation fails with. */
let failures: Map<string, Error>;
let controller: OutboundController;

beforeEach(() => {
  published = [];
  begun = underWay = mostUnderWay = rounds = 0;
  round = undefined;
  failures = new Map();
  const publish = async ({ name }: { name: string }, payload: { organisation_id: string; event_id: string }) => {
    begun++;
    mostUnderWay = Math.max(mostUnderWay, ++underWay);
    if (round === undefined) {
      rounds++;
      round = turn().then(() => (round = undefined));
    }
    await round;
    underWay--;
    const failure = failures.get(payload.organisation_id);
    if (failure !== undefined) throw failure;
    published.push({ message: name, organisation: payload.organisation_id, event: payload.event_id, payload });
    return { sequence: published.length };
  };
  const bus = { publish } as unknown as Pick<Bus, 'publish'>;
  const of = ({ organisationId }: OutboundEvent): Promise<Subscription[]> => {
    const count = organisationId.startsWith('org_many') ? SUBSCRIPTIONS_OF_MANY : 1;
    const active = (index: number) => ({ id: `sub_${index}`, status: 'active' }) as Subscription;
    return Promise.resolve(Array.from({ length: count }, (_, index) => active(index)));
  };
  const router = new EventRouter(
    bus,
    { of } as Subscriptions,
    { isFullForNew: () => false } as unknown as WaitingDeliveries,
  );
  controller = new OutboundController(bus, router, ...([] as unknown as [never, never, never]));
});

const received = <P>(payload: P): Received<P> => ({
  payload,
  ...{ sequence: 1, subject: '', deliveryCount: 1, storedAt: 0 },
});
const finished = (organisation_id: string): Received<FinishedExecution> =>
  received({
    ...{ execution_id: newId('execution'), organisation_id, workflow_id: 'wf_1', version: 1, status: 'completed' },
    ...{ started_at: NOW, completed_at: NOW, duration_ms: 5 },
  });
const occurred = (organisation_id: string): Received<OccurredEvent> =>
  received({
    ...{ event_id: newId('event'), organisation_id, workflow_id: null, type: 'mailbox.unhealthy', at: NOW, data: {} },
  });
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
const putOff = () =>
  published.filter(({ message }) => message === EventPutOff.name).map(({ payload }) => payload as PutOffEvent);
const sent = () => published.filter(({ message }) => message === EventDeliveryRequested.name);
/** How much was published before an organisation's delivery was on its way. */
const publishedBefore = (organisation: string): number =>
  published.findIndex((one) => one.message === EventDeliveryRequested.name && one.organisation === organisation);

describe.each([
  { of: 'executions that have ended', make: finished, route: 'route' as const },
  { of: 'what other services announce', make: occurred, route: 'routeOccurred' as const },
])('a batch of $of', ({ make, route }) => {
  const routed = (batch: Received<never>[]): Promise<void> => controller[route](batch);
  const some = (count: number, organisation: string) => times(count, () => make(organisation)) as Received<never>[];

  test('an event of another organisation is on its way before those of one that has many', async () => {
    await routed([...some(200, 'org_many'), ...some(1, 'org_other')]);
    expect(publishedBefore('org_other')).toBeGreaterThanOrEqual(0);
    // Its record and then itself, each beside one round of the other's.
    expect(publishedBefore('org_other')).toBeLessThanOrEqual(ROOM);
    expect(sent()).toHaveLength(AT_ONCE * SUBSCRIPTIONS_OF_MANY + 1);
  });

  test('what is more of one organisation than goes at once is put off, by one message an event, and makes the same deliveries', async () => {
    const batch = some(10, 'org_many');
    await routed(batch);
    expect(putOff()).toHaveLength(10 - AT_ONCE);
    for (const event of putOff()) await controller.routePutOff(event);
    const all = sent().map(({ payload }) => payload);
    expect(all).toHaveLength(10 * SUBSCRIPTIONS_OF_MANY);

    published = [];
    for (const one of batch) await routed([one]);
    expect(putOff()).toEqual([]);
    const alone = sent().map(({ payload }) => payload);
    expect(alone).toEqual(expect.arrayContaining(all));
    expect(alone).toHaveLength(all.length);
  });

  test('and before those of several that have many, with so many at the same time', async () => {
    await routed([...some(200, 'org_many_1'), ...some(200, 'org_many_2'), ...some(1, 'org_other')]);
    expect(publishedBefore('org_other')).toBeGreaterThanOrEqual(0);
    expect(publishedBefore('org_other')).toBeLessThan(3 * ROOM);
    expect(published.length).toBeGreaterThan(4 * ROOM);
    expect(mostUnderWay).toBe(ROOM);
  });

  test('a failure ends it, with what has failed, once nothing is under way', async () => {
    const failure = new Error('refused');
    failures.set('org_many', failure);
    await expect(routed([...some(1, 'org_other'), ...some(100, 'org_many')])).rejects.toBe(failure);
    expect(underWay).toBe(0);
    expect(sent()).toEqual([expect.objectContaining({ organisation: 'org_other' })]);
    await turn();
    // Of one organisation half of the room at the same time, and the other's two.
    expect(begun).toBe(ROOM / 2 + 2);
  });
});

test('a batch does not wait for events of it that come back, not even of the same organisation', async () => {
  await controller.route(times(50, () => finished('org_many')));
  const back = putOff();
  expect(back.length).toBeGreaterThan(40);
  published = [];
  const returned = Promise.all(back.map((event) => controller.routePutOff(event)));
  await controller.route([finished('org_many'), finished('org_other')]);
  expect(sent().filter(({ organisation }) => organisation === 'org_other')).toHaveLength(1);
  expect(sent().length).toBeLessThan((back.length * SUBSCRIPTIONS_OF_MANY) / 2);
  await returned;
  expect(sent()).toHaveLength((back.length + 1) * SUBSCRIPTIONS_OF_MANY + 1);
});

test('what one organisation makes of a batch is stored side by side, so that the next batch waits a few times for NATS, and not once for each', async () => {
  await controller.route(times(200, () => finished('org_many')));
  expect(published).toHaveLength(200 - AT_ONCE + 2 * AT_ONCE * SUBSCRIPTIONS_OF_MANY);
  expect(rounds).toBeLessThan(10);
});

test('each event is sent to each subscription, its record first', async () => {
  await controller.route([finished('org_many'), finished('org_other')]);
  expect(published).toHaveLength(2 * (SUBSCRIPTIONS_OF_MANY + 1));
  expect(published.filter(({ organisation }) => organisation === 'org_other').map(({ message }) => message)).toEqual([
    'EventDeliveryNoted',
    'EventDeliveryRequested',
  ]);
});
