import { Controller, type Type } from '@nestjs/common';
import {
  BURST_LANE,
  laneOf,
  newId,
  organisationOfRun,
  RUN_LANES,
  RunRequested,
  type RunRequest,
} from '@millrace/contracts';
import { jetstreamManager } from '@nats-io/jetstream';
import { aRunRequest, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { OnMessage, type Topology } from '../src/index.js';
import { BURST_LIMITS } from '../src/lanes/bursts.js';
import { NO_BURSTS, startService, topologyWith, type TestService } from './start-service.js';

const CONCURRENCY = 16;
/** 13 of the slots can be one lane's, and ten of them one organisation's: the tenth begins while 3 × 4 are free. */
const MOST_OF_ONE = 10;
const neighbour = organisationOnLane(1);
const others = Array.from({ length: 20 }, () => organisationOnLane(1));

interface Handled {
  readonly run: RunRequest;
  readonly end: () => void;
}

let nats: OwnServer;
const services = new Set<TestService>();
/** Every message whose handler began, in that order. */
let began: RunRequest[];
let ended: Set<string>;
/** The neighbour's messages that run: they do until the test ends them. */
let held: Handled[];

beforeEach(async () => {
  nats = await startNats();
  began = [];
  ended = new Set();
  held = [];
});
afterEach(async () => {
  for (const { end } of held.splice(0)) end();
  try {
    await Promise.all([...services].map((service) => service.close()));
    services.clear();
  } finally {
    await nats.stop();
  }
});

function organisationOnLane(lane: number): string {
  for (;;) {
    const id = newId('organisation');
    if (laneOf(id) === lane) return id;
  }
}

function controller(share: number, concurrency: number): Type {
  @Controller()
  class RunsController {
    @OnMessage(RunRequested, {
      group: 'executor',
      concurrency,
      fairness: { keyOf: organisationOfRun, share },
    })
    async run(run: RunRequest): Promise<void> {
      began.push(run);
      if (run.organisation_id === neighbour) await new Promise<void>((end) => held.push({ run, end }));
      ended.add(run.execution_id);
    }
  }
  return RunsController;
}

async function start(
  share = 0.75,
  ackWaitMs = 5_000,
  bursts: Topology['bursts'] = NO_BURSTS,
  concurrency = CONCURRENCY,
): Promise<TestService> {
  const topology = { ...topologyWith({ ackWaitMs }), bursts };
  const service = await startService({
    url: nats.url,
    name: 'runner',
    controllers: [controller(share, concurrency)],
    topology,
    graceMs: 100,
    abortMs: 100,
  });
  services.add(service);
  return service;
}

async function publish(service: TestService, organisation_id: string, count: number): Promise<RunRequest[]> {
  const runs = Array.from({ length: count }, () => aRunRequest({ organisation_id }));
  for (const run of runs) await service.bus.publish(RunRequested, run);
  return runs;
}

const of = (organisation: string): RunRequest[] => began.filter((run) => run.organisation_id === organisation);

async function queued(service: TestService): Promise<number> {
  const manager = await jetstreamManager(service.bus.connection);
  return (await manager.streams.info('RUNS')).state.messages;
}

/** Ends the neighbour's messages as they begin, until the queue is empty. */
async function drained(service: TestService): Promise<void> {
  await waitUntil(
    'the queue to be empty',
    async () => {
      for (const { end } of held.splice(0)) end();
      return (await queued(service)) === 0;
    },
    40_000,
  );
}

test('an organisation whose 300 executions do not end never holds up those that share its lane', async () => {
  const service = await start();
  const backlog = await publish(service, neighbour, 300);
  await waitUntil('the neighbour to have its share', () => held.length === MOST_OF_ONE);
  for (let round = 0; round < 3; round++) {
    for (const other of others) await publish(service, other, 1);
    await waitUntil('all others to have run', () => others.every((other) => of(other).length === round + 1));
    // Not one of the neighbour's has ended: the others needed none of its slots, and it got none of theirs.
    expect(of(neighbour)).toHaveLength(MOST_OF_ONE);
  }
  await drained(service);
  expect(new Set(of(neighbour).map((run) => run.execution_id))).toEqual(
    new Set(backlog.map((run) => run.execution_id)),
  );
  expect(of(neighbour)).toHaveLength(300);
});

test('behind 3,000 executions of one organisation nobody waits: next to none of them are in the lane of the others', async () => {
  const service = await start(0.75, 5_000, BURST_LIMITS);
  await Promise.all(
    Array.from({ length: 3_000 }, () => service.bus.publish(RunRequested, aRunRequest({ organisation_id: neighbour }))),
  );
  for (const other of others) await publish(service, other, 1);
  await waitUntil('all others to have run', () => others.every((other) => of(other).length === 1));
  await waitUntil('the neighbour to have its share', () => held.length === MOST_OF_ONE);
  const manager = await jetstreamManager(service.bus.connection);
  const { delivered } = await manager.consumers.info('RUNS', 'executor-1');
  expect(delivered.consumer_seq).toBeLessThan(2 * BURST_LIMITS.messages + others.length);
  // None of the neighbour's has ended, and it got no more slots by being in two lanes.
  expect(of(neighbour)).toHaveLength(MOST_OF_ONE);
  const info = await manager.consumers.info('RUNS', `executor-${BURST_LANE}`);
  expect(info.num_pending + info.num_ack_pending).toBeGreaterThan(2_900);
});

test('the executions of one organisation begin in their order while they fit into the process, and all of them once', async () => {
  const service = await start();
  const backlog = await publish(service, neighbour, 300);
  await waitUntil('the neighbour to have its share', () => held.length === MOST_OF_ONE);
  await drained(service);
  const ids = (runs: readonly RunRequest[]): string[] => runs.map((run) => run.execution_id);
  // Two for each slot wait in the process; what went back to the server comes as it comes.
  const inOrder = 2 * CONCURRENCY;
  expect(ids(of(neighbour)).slice(0, inOrder)).toEqual(ids(backlog).slice(0, inOrder));
  expect(of(neighbour)).toHaveLength(300);
  expect(new Set(ids(of(neighbour)))).toEqual(new Set(ids(backlog)));
});

test('several that could use everything get the same share, and a new one still starts', async () => {
  const service = await start(1 / 2);
  await publish(service, neighbour, 100);
  await waitUntil('the neighbour to have its share', () => held.length === 7);
  await publish(service, others[0] as string, 1);
  await waitUntil('the other to have run', () => of(others[0] as string).length === 1);
  expect(held).toHaveLength(7);
  await drained(service);
});

test('what waits for a slot is kept by heartbeats, and another process gets it when this one stops', async () => {
  const first = await start(0.75, 600);
  const backlog = await publish(first, neighbour, 30);
  await waitUntil('the neighbour to have its share', () => held.length === MOST_OF_ONE);
  const manager = await jetstreamManager(first.bus.connection);
  const { num_redelivered } = await waitUntil('all to be pulled', async () => {
    const info = await manager.consumers.info('RUNS', 'executor-1');
    return info.num_pending === 0 ? info : null;
  });
  expect(num_redelivered).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect((await manager.consumers.info('RUNS', 'executor-1')).num_redelivered).toBe(0);
  const second = await start(0.75, 600);
  await first.close();
  services.delete(first);
  await drained(second);
  expect(new Set(began.map((run) => run.execution_id))).toEqual(new Set(backlog.map((run) => run.execution_id)));
});

test('with no more slots than lanes all of which listen, what waits for the end of another one begins then', async () => {
  const service = await start(0.75, 5_000, { messages: 1, aSecond: 1 }, RUN_LANES + 1);
  await publish(service, neighbour, 2);
  await waitUntil('the first to begin', () => held.length === 1);
  const manager = await jetstreamManager(service.bus.connection);
  await waitUntil('the second to wait in the process, and its lane to be listened to', async () => {
    const { num_ack_pending, num_waiting } = await manager.consumers.info('RUNS', `executor-${BURST_LANE}`);
    return num_ack_pending === 1 && num_waiting === 1;
  });
  expect(of(neighbour)).toHaveLength(1);
  held.pop()?.end();
  await waitUntil('the second to begin', () => of(neighbour).length === 2);
});
