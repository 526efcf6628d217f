import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, type Type } from '@nestjs/common';
import { EventDeliveryPutOff, EventDeliveryRequested, newId, type RequestedDelivery } from '@millrace/contracts';
import { startNats, waitUntil, type OwnServer } from '@millrace/testing';
import {
  OnMessage,
  OnOverflow,
  TOPOLOGY,
  type Delivery,
  type ConsumerSpec,
  type Overflow,
  type Topology,
} from '../src/index.js';
import { startService, type TestService } from './start-service.js';

/* One organisation has more waiting than a consumer hands out before something of it is acknowledged. */

const MOST_HANDED_OUT = 60;
const MANY = 3 * MOST_HANDED_OUT;
const PUT_OFF_AT_ONCE = 64;
const group = 'webhook-dispatcher';
const topology: Topology = {
  ...TOPOLOGY,
  consumers: TOPOLOGY.consumers
    .filter(({ message }) => message === EventDeliveryRequested.name || message === EventDeliveryPutOff.name)
    .map((consumer) => ({ ...consumer, maxAckPending: MOST_HANDED_OUT })),
};

let nats: OwnServer;
let service: TestService;
let isOpen: boolean;
let handled: string[];
let held: (() => void)[];
let isHeld: boolean;
let putOff: number;
let underWay: number;
/** What putting off waits for. */
let slow: Promise<void>;
let goOn = (): void => undefined;
/** What putting off fails with. */
let failure: Error | undefined;

beforeEach(async () => {
  nats = await startNats();
  [handled, held, isHeld, isOpen, putOff, underWay, failure] = [[], [], true, false, 0, 0, undefined];
  slow = Promise.resolve();
});
afterEach(async () => {
  release();
  if (isOpen) await service.close();
  await nats.stop();
});

function release(): void {
  isHeld = false;
  held.splice(0).forEach((end) => end());
}

@Controller()
class DeliveriesController {
  @OnMessage(EventDeliveryRequested, {
    group,
    concurrency: 4,
    fairness: { keyOf: (subject) => subject.split('.')[2] ?? '', share: 0.5 },
  })
  async send({ organisation_id, delivery_id }: RequestedDelivery): Promise<void> {
    if (isHeld && organisation_id === 'org_many') await new Promise<void>((end) => held.push(end));
    handled.push(delivery_id);
  }
}

@Controller()
class PuttingOffController extends DeliveriesController {
  @OnOverflow(EventDeliveryRequested, { group })
  async putOff(delivery: RequestedDelivery, { delayMs }: Overflow): Promise<void> {
    putOff++;
    if (failure) throw failure;
    underWay++;
    await slow;
    await service.bus.publish(EventDeliveryPutOff, delivery, { at: new Date(Date.now() + delayMs) });
    underWay--;
  }

  @OnMessage(EventDeliveryPutOff, { group, concurrency: 4 })
  async again(delivery: RequestedDelivery, { sequence }: Delivery): Promise<void> {
    await service.bus.publish(EventDeliveryRequested, delivery, { messageId: `again ${sequence}` });
  }
}

async function start(controller: Type, consumers = topology.consumers): Promise<void> {
  service = await startService({
    url: nats.url,
    name: group,
    controllers: [controller],
    topology: { ...topology, consumers },
  });
  isOpen = true;
}

async function request(organisation_id: string): Promise<string> {
  const delivery: RequestedDelivery = {
    ...{ delivery_id: newId('delivery'), organisation_id, subscription_id: 'sub_1', event_id: 'evt_1' },
    ...{ event_type: 'execution.failed', body: '{}', created_at: new Date().toISOString(), round: 1, attempt: 1 },
  };
  await service.bus.publish(EventDeliveryRequested, delivery);
  return delivery.delivery_id;
}

/** Requests so many of one organisation, which begin and do not end. */
async function requestMany(): Promise<string[]> {
  const ids: string[] = [];
  for (let count = 0; count < MANY; count++) ids.push(await request('org_many'));
  return ids;
}

/** Messages that the queue has handed out and that are not acknowledged. */
async function handedOut(): Promise<number> {
  const { consumers } = await service.bus.queueStates();
  return consumers.find(({ consumer }) => consumer === 'send')?.underWay ?? 0;
}

test('what finds no room is kept elsewhere, so that the others are reached, and each is handled once', async () => {
  await start(PuttingOffController);
  const many = await requestMany();
  const others = await Promise.all(Array.from({ length: 20 }, (_, index) => request(`org_${index}`)));
  await waitUntil('the others', () => others.every((id) => handled.includes(id)));
  expect(handled).not.toEqual(expect.arrayContaining([many[0]]));
  expect(putOff).toBeGreaterThanOrEqual(MANY - MOST_HANDED_OUT);
  await waitUntil('what was put off to have left', async () => (await handedOut()) < MOST_HANDED_OUT);

  release();
  await waitUntil('all', () => handled.length >= MANY + others.length, 60_000);
  expect(handled.toSorted()).toEqual([...many, ...others].toSorted());
}, 120_000);

test('without a handler for it the server has handed out all that it may, to one', async () => {
  await start(
    DeliveriesController,
    topology.consumers.filter(({ message }) => message === EventDeliveryRequested.name),
  );
  await requestMany();
  await waitUntil('the end of what it hands out', async () => (await handedOut()) === MOST_HANDED_OUT);
  const other = await request('org_other');
  release();
  await waitUntil('all', () => handled.length > MANY, 60_000);
  expect(handled).toContain(other);
}, 120_000);

test('what cannot be kept elsewhere comes again', async () => {
  await start(PuttingOffController);
  failure = new Error('There is no room for it');
  const many = await requestMany();
  await waitUntil('some to find no room', () => putOff > 0);
  failure = undefined;
  release();
  await waitUntil('all', () => handled.length >= MANY, 60_000);
  expect(handled.toSorted()).toEqual(many.toSorted());
}, 120_000);

test('so many are put off at once and no more, and a service that stops ends that first', async () => {
  const [send, again] = topology.consumers as [ConsumerSpec, ConsumerSpec];
  await start(
    PuttingOffController,
    [send, again].map((consumer) => ({ ...consumer, maxAckPending: 10 * MANY })),
  );
  slow = new Promise((resolve) => (goOn = resolve));
  await requestMany();
  await waitUntil('as many as may be put off', () => underWay >= PUT_OFF_AT_ONCE);
  // More than it takes to bring the next ones.
  await sleep(500);
  // What was asked for before still comes.
  expect(underWay).toBeLessThan(PUT_OFF_AT_ONCE + 10);
  isOpen = false;
  const closed = service.close();
  release();
  setTimeout(goOn, 500);
  await closed;
  expect(underWay).toBe(0);
}, 120_000);
