import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller } from '@nestjs/common';
import { jetstreamManager } from '@nats-io/jetstream';
import { defineRequest, laneOf, RUN_LANES, RunRequested, type RunRequest } from '@millrace/contracts';
import { aRunRequest, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { z } from 'zod';
import { OnMessage, OnRequest, silentLogger, type Delivery, type Logger } from '../src/index.js';
import { startService, topologyWith, type TestService } from './start-service.js';

const Ping = defineRequest({
  subject: 'executor.ping',
  question: z.object({}),
  answer: z.object({ pong: z.boolean() }),
});

let deliveries: { id: string; count: number }[];

@Controller()
class RunsController {
  @OnMessage(RunRequested, { group: 'executor', concurrency: 8 })
  async run(run: RunRequest, delivery: Delivery): Promise<void> {
    deliveries.push({ id: run.execution_id, count: delivery.deliveryCount });
    await sleep(20);
  }

  @OnRequest(Ping)
  ping(): { pong: boolean } {
    return { pong: true };
  }
}

let nats: OwnServer;
let service: TestService;

beforeEach(async () => {
  nats = await startNats();
  deliveries = [];
});
afterEach(async () => {
  try {
    await service.close();
  } finally {
    await nats.stop();
  }
});

async function queued(): Promise<number> {
  const manager = await jetstreamManager(service.bus.connection);
  return (await manager.streams.info('RUNS')).state.messages;
}

test('a message whose consumer is killed comes to another one after ack_wait', async () => {
  const topology = topologyWith({ ackWaitMs: 1_500 });
  const child = spawn(process.execPath, [join(__dirname, 'consumer-process.mjs'), nats.url, '1500'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const taken = once(child.stdout, 'data', { signal: AbortSignal.timeout(30_000) });
  try {
    // Publish only when the child pulls; the service of this process starts after its death.
    const publisher = await startService({ url: nats.url, name: 'publisher', controllers: [], topology });
    const run = aRunRequest();
    await publisher.bus.publish(RunRequested, run);
    await publisher.close();
    const [line] = (await taken) as [Buffer];
    expect(line.toString().trim()).toBe(run.execution_id);

    // Its heartbeats keep the message for longer than ack_wait.
    service = await startService({ url: nats.url, name: 'runner', controllers: [RunsController], topology });
    await sleep(2_500);
    expect(deliveries).toEqual([]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await waitUntil('the redelivery', () => deliveries.length === 1);
    expect(deliveries).toEqual([{ id: run.execution_id, count: 2 }]);
    await waitUntil('the acknowledgement', async () => (await queued()) === 0);
  } finally {
    child.kill('SIGKILL');
  }
});

test('when the server is killed and comes back, nothing is lost and everything goes on', async () => {
  service = await startService({
    url: nats.url,
    name: 'runner',
    controllers: [RunsController],
    topology: topologyWith({ ackWaitMs: 2_000 }),
  });
  const { bus } = service;
  const accepted: string[] = [];
  let publishing = true;
  const publisher = (async () => {
    while (publishing) {
      const run = aRunRequest();
      await bus.publish(RunRequested, run);
      accepted.push(run.execution_id);
      await sleep(2);
    }
  })();
  for (let round = 1; round <= 3; round++) {
    await waitUntil('some runs to be accepted', () => accepted.length >= round * 40);
    const reconnected = new Promise<void>((resolve) => bus.onReconnect(resolve));
    await nats.kill();
    await sleep(200);
    await nats.restart();
    await reconnected;
    // Well before silent pulls would be noticed: the reconnection itself starts them anew.
    const before = deliveries.length;
    await waitUntil('deliveries to go on', () => deliveries.length > before, 8_000);
    expect(await bus.request(Ping, {})).toEqual({ pong: true });
  }
  publishing = false;
  await publisher;
  await waitUntil('the queue to be empty', async () => (await queued()) === 0, 20_000);
  const done = new Set(deliveries.map(({ id }) => id));
  expect(accepted.filter((id) => !done.has(id))).toEqual([]);
});

test('an idle service pulls anew when the server is back, before its pulls would be noticed to be silent', async () => {
  const warnings: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (_, message) => void warnings.push(message ?? '') };
  service = await startService({ url: nats.url, name: 'runner', controllers: [RunsController], logger });
  const { bus } = service;
  await queued();
  const reconnected = new Promise<void>((resolve) => bus.onReconnect(resolve));
  await nats.kill();
  await nats.restart();
  await reconnected;
  // One for each lane, whose only pull was lost with the server.
  const runs = Array.from({ length: 40 }, () => aRunRequest());
  const lanes = new Map(runs.map((run) => [laneOf(run.organisation_id), run]));
  expect(lanes.size).toBe(RUN_LANES);
  for (const run of lanes.values()) await bus.publish(RunRequested, run);
  await waitUntil('all deliveries', () => deliveries.length === RUN_LANES);
  expect(warnings).not.toContain('A pull has gone silent; pulling again');
});

test('a consumer that was deleted under a running service is made again', async () => {
  service = await startService({ url: nats.url, name: 'runner', controllers: [RunsController] });
  const manager = await jetstreamManager(service.bus.connection);
  for (let lane = 0; lane < 4; lane++) await manager.consumers.delete('RUNS', `executor-${lane}`);
  const run = aRunRequest();
  await service.bus.publish(RunRequested, run);
  await waitUntil('the delivery', () => deliveries.length === 1);
  expect(deliveries[0]?.id).toBe(run.execution_id);
});
