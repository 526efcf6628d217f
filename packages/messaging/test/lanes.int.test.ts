import { Controller } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { laneOf, newId, RUN_LANES, RunRequested, type RunRequest } from '@millrace/contracts';
import { aRunRequest, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { OnMessage, TOPOLOGY } from '../src/index.js';
import { NO_BURSTS, startService, type TestService } from './start-service.js';

const CONCURRENCY = 12;
let order: string[];
let running = 0;
let mostRunning = 0;

@Controller()
class RunsController {
  @OnMessage(RunRequested, { group: 'executor', concurrency: CONCURRENCY })
  async run(run: RunRequest): Promise<void> {
    order.push(run.organisation_id);
    mostRunning = Math.max(mostRunning, ++running);
    await sleep(5);
    running--;
  }
}

let nats: OwnServer;
let service: TestService;

beforeEach(async () => {
  nats = await startNats();
  order = [];
  mostRunning = 0;
  const topology = { ...TOPOLOGY, bursts: NO_BURSTS };
  service = await startService({ url: nats.url, name: 'runner', controllers: [RunsController], topology });
});
afterEach(async () => {
  try {
    await service.close();
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

function publish(organisation_id: string, count: number): Promise<unknown> {
  return Promise.all(
    Array.from({ length: count }, () => service.bus.publish(RunRequested, aRunRequest({ organisation_id }))),
  );
}

test('a quiet organisation does not wait behind the 1,000 queued runs of a noisy one', async () => {
  const [noisy, quiet] = [organisationOnLane(0), organisationOnLane(1)];
  await publish(noisy, 1_000);
  for (let round = 0; round < 10; round++) {
    const before = order.length;
    expect(before).toBeLessThan(900);
    await service.bus.publish(RunRequested, aRunRequest({ organisation_id: quiet }));
    await waitUntil('the quiet run', () => order.includes(quiet, before));
    // Those that were started while the publish was on its way, and no more than a few rounds of slots.
    expect(order.indexOf(quiet, before) - before).toBeLessThan(4 * CONCURRENCY);
  }
  await waitUntil('the rest', () => order.length === 1_010, 30_000);
  expect(mostRunning).toBeLessThanOrEqual(CONCURRENCY);
});

test('lanes that are busy together share the slots equally', async () => {
  const organisations = Array.from({ length: RUN_LANES }, (_, lane) => organisationOnLane(lane));
  await publish(organisations[0] as string, 600);
  await Promise.all(organisations.slice(1).map((organisation) => publish(organisation, 200)));
  await waitUntil('all runs', () => order.length === 600 + 200 * (RUN_LANES - 1), 30_000);
  // While the three late lanes are at work, the first one may not keep more than its share.
  const late = new Set(organisations.slice(1));
  const begin = order.findIndex((organisation) => late.has(organisation));
  const window = order.slice(begin + 40, begin + 440);
  for (const organisation of organisations) {
    const runs = window.filter((other) => other === organisation).length;
    expect(runs).toBeGreaterThan(60);
    expect(runs).toBeLessThan(160);
  }
  expect(mostRunning).toBeLessThanOrEqual(CONCURRENCY);
});

test('a single busy lane gets all slots but those kept for the others', async () => {
  await publish(organisationOnLane(2), 200);
  await waitUntil('all runs', () => order.length === 200);
  // One is kept for each of the other three, and the lane of bursts listens with one.
  expect(mostRunning).toBe(CONCURRENCY - (RUN_LANES - 1) - 1);
});
