import { setTimeout as sleep } from 'node:timers/promises';
import { Controller } from '@nestjs/common';
import { DiscardPolicy, jetstreamManager, type ConsumerInfo } from '@nats-io/jetstream';
import { laneOf, RunRequested, type RunRequest } from '@millrace/contracts';
import { aRunRequest, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { from, type Observable } from 'rxjs';
import { HEADERS, OnMessage, TerminalError, type Delivery, type NatsBus } from '../src/index.js';
import { gate, NO_BURSTS, startService, topologyWith, type TestService } from './start-service.js';

/** What the handler of the running test does. */
let handle: (run: RunRequest, delivery: Delivery) => Promise<unknown> | Observable<unknown>;
let deliveries: { run: RunRequest; delivery: Delivery }[];

@Controller()
class RunsController {
  @OnMessage(RunRequested, { group: 'executor', concurrency: 7 })
  run(run: RunRequest, delivery: Delivery): unknown {
    deliveries.push({ run, delivery });
    return handle(run, delivery);
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

async function start(
  changes: Parameters<typeof topologyWith>[0] = {},
  times: { graceMs?: number; abortMs?: number } = {},
): Promise<NatsBus> {
  service = await startService({
    url: nats.url,
    name: 'runner',
    controllers: [RunsController],
    topology: { ...topologyWith(changes), bursts: NO_BURSTS },
    ...times,
  });
  return service.bus;
}

async function consumerOf(bus: NatsBus, run: RunRequest): Promise<ConsumerInfo> {
  const manager = await jetstreamManager(bus.connection);
  return manager.consumers.info('RUNS', `executor-${laneOf(run.organisation_id)}`);
}

async function messagesIn(bus: NatsBus, stream: string): Promise<number> {
  const manager = await jetstreamManager(bus.connection);
  return (await manager.streams.info(stream)).state.messages;
}

async function deadLetterOf(bus: NatsBus, run: RunRequest) {
  const manager = await jetstreamManager(bus.connection);
  const subject = `dlq.RUNS.${RunRequested.subject(run)}`;
  return waitUntil('a dead letter', () => manager.streams.getMessage('DLQ', { last_by_subj: subject }));
}

test('a message is acknowledged only after its handler has ended, and then is gone', async () => {
  const running = gate();
  handle = () => running.opened;
  const bus = await start();
  const run = aRunRequest();
  await bus.publish(RunRequested, run, { requestId: 'req-1' });
  await waitUntil('the delivery', () => deliveries.length === 1);
  expect(deliveries[0]?.run).toEqual(run);
  expect(deliveries[0]?.delivery).toMatchObject({
    deliveryCount: 1,
    redelivered: false,
    last: false,
    requestId: 'req-1',
  });
  await sleep(100);
  expect((await consumerOf(bus, run)).num_ack_pending).toBe(1);
  expect(await messagesIn(bus, 'RUNS')).toBe(1);
  running.open();
  await waitUntil('the acknowledgement', async () => (await messagesIn(bus, 'RUNS')) === 0);
  expect(deliveries).toHaveLength(1);
});

test('the work of an observable is awaited too', async () => {
  const running = gate();
  handle = () => from(running.opened);
  const bus = await start();
  await bus.publish(RunRequested, aRunRequest());
  await waitUntil('the delivery', () => deliveries.length === 1);
  await sleep(100);
  expect(await messagesIn(bus, 'RUNS')).toBe(1);
  running.open();
  await waitUntil('the acknowledgement', async () => (await messagesIn(bus, 'RUNS')) === 0);
});

test('a handler that throws gets the message again, after a pause', async () => {
  const failing = aRunRequest();
  handle = ({ execution_id }, delivery) =>
    execution_id === failing.execution_id && delivery.deliveryCount === 1
      ? Promise.reject(new Error('not yet'))
      : Promise.resolve();
  const bus = await start();
  await bus.publish(RunRequested, failing);
  await waitUntil('the first delivery', () => deliveries.length > 0);
  // Several round trips: what were given back at once would be there before the last of them.
  const others = [aRunRequest(), aRunRequest(), aRunRequest()];
  for (const other of others) await bus.publish(RunRequested, other);
  await waitUntil(
    'the second delivery to be acknowledged',
    async () => deliveries.length === 5 && (await messagesIn(bus, 'RUNS')) === 0,
  );
  expect(deliveries.map(({ run }) => run.execution_id)).toEqual(
    [failing, ...others, failing].map(({ execution_id }) => execution_id),
  );
  expect(deliveries[4]?.delivery).toMatchObject({ deliveryCount: 2, redelivered: true });
  expect(await messagesIn(bus, 'DLQ')).toBe(0);
});

test('a TerminalError ends the deliveries at once, and leaves a dead letter with reason and original bytes', async () => {
  handle = () => Promise.reject(new TerminalError('No such workflow\nsecond line'));
  const bus = await start();
  const run = aRunRequest();
  const { sequence } = await bus.publish(RunRequested, run, { requestId: 'req-9' });
  const letter = await deadLetterOf(bus, run);
  expect(letter.json()).toEqual(run);
  const header = (name: string) => letter.header.get(name);
  expect(header(HEADERS.reason)).toBe('No such workflow second line');
  expect(header(HEADERS.originStream)).toBe('RUNS');
  expect(header(HEADERS.originSequence)).toBe(String(sequence));
  expect(header(HEADERS.requestId)).toBe('req-9');
  await waitUntil('the message to leave the queue', async () => (await messagesIn(bus, 'RUNS')) === 0);
  expect(deliveries).toHaveLength(1);
});

test('a dead letter is stored without the headers that steer the server', async () => {
  let goOn = (): void => undefined;
  const published = new Promise<void>((resolve) => (goOn = resolve));
  // The first message is in the queue until the second is: what is acknowledged leaves it.
  handle = (run) => (run.workflow_id === 'wf_bad' ? Promise.reject(new TerminalError('no')) : published);
  const bus = await start();
  const run = { ...aRunRequest(), workflow_id: 'wf_bad' };
  // The second message on its subject, which says that it follows the first: a copy that said so would be refused.
  for (let other = 0; other < 3; other++) await bus.publish(RunRequested, aRunRequest());
  const { sequence } = await bus.publish(RunRequested, { ...run, workflow_id: 'wf_good' });
  await bus.publish(RunRequested, run, { expectLastSequence: sequence, messageId: 'second' });
  goOn();
  const letter = await deadLetterOf(bus, run);
  expect(letter.json()).toEqual(run);
  const ofServer = [...letter.header.keys()].filter((name) => name.startsWith('Nats-'));
  expect(ofServer).toEqual(['Nats-Msg-Id']);
  expect(letter.header.get('Nats-Msg-Id')).toMatch(/^RUNS:executor-\d:\d+$/);
});

test('a message whose dead letter cannot be stored stays, and becomes one when there is room', async () => {
  handle = () => Promise.reject(new TerminalError('no'));
  const bus = await start();
  const manager = await jetstreamManager(bus.connection);
  await manager.streams.update('DLQ', { max_bytes: 10, discard: DiscardPolicy.New });
  const run = aRunRequest();
  await bus.publish(RunRequested, run);
  await waitUntil('the delivery', () => deliveries.length === 1);
  await waitUntil(
    'it to be given back',
    async () => (await consumerOf(bus, run)).num_redelivered > 0 || deliveries.length > 1,
  );
  expect(await messagesIn(bus, 'RUNS')).toBe(1);
  expect(await messagesIn(bus, 'DLQ')).toBe(0);
  await manager.streams.update('DLQ', { max_bytes: -1, discard: DiscardPolicy.Old });
  expect((await deadLetterOf(bus, run)).json()).toEqual(run);
  await waitUntil('the message to leave the queue', async () => (await messagesIn(bus, 'RUNS')) === 0);
});

test('a message that fails on its last delivery becomes a dead letter, and can see that it is the last', async () => {
  handle = () => Promise.reject(new Error('disk on fire'));
  const bus = await start({ maxDeliver: 2 });
  const run = aRunRequest();
  await bus.publish(RunRequested, run);
  const letter = await deadLetterOf(bus, run);
  expect(letter.header.get(HEADERS.reason)).toBe('Failed 2 times, last with: disk on fire');
  expect(deliveries.map(({ delivery }) => delivery.last)).toEqual([false, true]);
});

test('poison never reaches the handler: broken JSON and a wrong shape become dead letters', async () => {
  handle = () => Promise.resolve();
  const bus = await start();
  const [broken, wrong] = [aRunRequest(), aRunRequest()];
  bus.connection.publish(RunRequested.subject(broken), '{"execution_id":');
  bus.connection.publish(RunRequested.subject(wrong), JSON.stringify({ ...wrong, version: 'one' }));
  expect((await deadLetterOf(bus, broken)).header.get(HEADERS.reason)).toMatch(/^Payload is no JSON: /);
  expect((await deadLetterOf(bus, wrong)).header.get(HEADERS.reason)).toMatch(/^Payload is malformed: .*version/);
  expect((await deadLetterOf(bus, broken)).string()).toBe('{"execution_id":');
  await waitUntil('the queue to be empty', async () => (await messagesIn(bus, 'RUNS')) === 0);
  expect(deliveries).toHaveLength(0);
});

test('the server records what was given up: the safety net holds an advisory', async () => {
  handle = () => Promise.reject(new TerminalError('no'));
  const bus = await start();
  await bus.publish(RunRequested, aRunRequest());
  await waitUntil('an advisory', async () => (await messagesIn(bus, 'ADVISORIES')) === 1);
});

test('a step longer than ack_wait is delivered once, thanks to heartbeats', async () => {
  handle = () => sleep(1_600);
  const bus = await start({ ackWaitMs: 500 });
  const run = aRunRequest();
  await bus.publish(RunRequested, run);
  await waitUntil('the acknowledgement', async () => (await messagesIn(bus, 'RUNS')) === 0);
  expect(deliveries).toHaveLength(1);
  expect((await consumerOf(bus, run)).num_redelivered).toBe(0);
});

test('no more messages are taken than there are slots, however long the handlers block', async () => {
  const running = gate();
  handle = () => running.opened;
  const bus = await start();
  const organisation_id = 'org_busy';
  const runs = Array.from({ length: 60 }, () => aRunRequest({ organisation_id }));
  await Promise.all(runs.map((run) => bus.publish(RunRequested, run)));
  // Of 7 slots one is kept back for each of the 3 idle lanes, and the lane of bursts listens with one.
  await waitUntil('3 running handlers', () => deliveries.length === 3);
  for (let look = 0; look < 10; look++) {
    await sleep(100);
    expect((await consumerOf(bus, runs[0] as RunRequest)).num_ack_pending).toBe(3);
  }
  expect(deliveries).toHaveLength(3);
  running.open();
  await waitUntil('all to be done', async () => (await messagesIn(bus, 'RUNS')) === 0);
  expect(new Set(deliveries.map(({ run }) => run.execution_id)).size).toBe(60);
  expect(deliveries).toHaveLength(60);
});

test('a message on a lane whose handler is busy starts at once while slots are free', async () => {
  const running = gate();
  handle = () => running.opened;
  const bus = await start();
  const organisation_id = 'org_a';
  await bus.publish(RunRequested, aRunRequest({ organisation_id }));
  await waitUntil('the first', () => deliveries.length === 1);
  await sleep(200);
  await bus.publish(RunRequested, aRunRequest({ organisation_id }));
  await waitUntil('the second, beside the first', () => deliveries.length === 2, 10_000);
  running.open();
});

test('shutdown lets running handlers finish, acknowledges them, and leaves the rest in the queue', async () => {
  handle = () => sleep(400);
  const bus = await start();
  const organisation_id = 'org_busy';
  await Promise.all(Array.from({ length: 20 }, () => bus.publish(RunRequested, aRunRequest({ organisation_id }))));
  await waitUntil('running handlers', () => deliveries.length === 3);
  await service.close();
  expect(bus.connection.isClosed()).toBe(true);
  expect(deliveries).toHaveLength(3);
  expect(deliveries.every(({ delivery }) => !delivery.signal.aborted)).toBe(true);

  const first = deliveries.splice(0).map(({ run }) => run.execution_id);
  handle = () => Promise.resolve();
  const again = await start();
  await waitUntil('the rest', async () => (await messagesIn(again, 'RUNS')) === 0);
  expect(deliveries).toHaveLength(17);
  expect(deliveries.filter(({ run }) => first.includes(run.execution_id))).toEqual([]);
});

test('handlers that outlast the grace time are aborted, and their messages go to another replica at once', async () => {
  handle = (_, { signal }) =>
    new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
    );
  // Nothing comes again because nobody has acknowledged it.
  const patient = { ackWaitMs: 3_600_000 };
  const bus = await start(patient, { graceMs: 100 });
  await bus.publish(RunRequested, aRunRequest());
  await waitUntil('the delivery', () => deliveries.length === 1);
  await service.close();

  handle = () => Promise.resolve();
  const again = await start(patient);
  await waitUntil('the second delivery', async () => (await messagesIn(again, 'RUNS')) === 0);
  expect(deliveries[1]?.delivery.deliveryCount).toBe(2);
});

test('handlers that ignore the abort are given up: shutdown ends, and the message comes again', async () => {
  const running = gate();
  handle = () => running.opened;
  const bus = await start({}, { graceMs: 100, abortMs: 100 });
  await bus.publish(RunRequested, aRunRequest());
  await waitUntil('the delivery', () => deliveries.length === 1);
  await service.close();
  running.open();

  handle = () => Promise.resolve();
  const again = await start();
  await waitUntil('the second delivery', async () => (await messagesIn(again, 'RUNS')) === 0);
  expect(deliveries[1]?.delivery.deliveryCount).toBe(2);
});

test('deliveries that the server has forgotten do not hold their slots', async () => {
  const held = gate();
  handle = () => held.opened;
  const bus = await start();
  // Of six slots each of the three other lanes keeps one back: these three are all that their lane can have.
  const { organisation_id } = aRunRequest();
  const runs = Array.from({ length: 3 }, () => aRunRequest({ organisation_id }));
  for (const run of runs) await bus.publish(RunRequested, run);
  await waitUntil('the slots to be taken', () => deliveries.length === 3);

  // What a killed server does to its latest deliveries: the consumer is back, but knows nothing of them.
  const manager = await jetstreamManager(bus.connection);
  for (let lane = 0; lane < 4; lane++) {
    const { config } = await manager.consumers.info('RUNS', `executor-${lane}`);
    await manager.consumers.delete('RUNS', `executor-${lane}`);
    await manager.consumers.add('RUNS', config);
  }
  const reconnected = new Promise<void>((resolve) => bus.onReconnect(resolve));
  await bus.connection.reconnect();
  await reconnected;
  held.open();
  // Sooner than an acknowledgement without an answer times out.
  await waitUntil('the deliveries to come again', () => deliveries.length === 6, 3_000);
  expect(new Set(deliveries.slice(3).map(({ run }) => run.execution_id))).toEqual(
    new Set(runs.map((run) => run.execution_id)),
  );
  await waitUntil('the queue to be empty', async () => (await messagesIn(bus, 'RUNS')) === 0);
});
