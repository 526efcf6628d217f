import { Controller } from '@nestjs/common';
import { ExecutionDue, newId, RunRequested, type DueExecution } from '@millrace/contracts';
import { connect } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import { aRunRequest, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { connectBus, OnMessage, silentLogger, type NatsBus } from '../src/index.js';
import { startService, topologyWith, type TestService } from './start-service.js';

let nats: OwnServer;
let bus: NatsBus;
let service: TestService | undefined;
/** What was delivered, with the time of it. */
const fired: { due: DueExecution; at: number }[] = [];
/** How many deliveries the handler refuses first. */
let refuse = 0;

@Controller()
class DueController {
  @OnMessage(ExecutionDue, { group: 'executor', concurrency: 4 })
  due(due: DueExecution): void {
    if (refuse-- > 0) throw new Error('not now');
    fired.push({ due, at: Date.now() });
  }
}

@Controller()
class RunController {
  @OnMessage(RunRequested, { group: 'executor', concurrency: 4 })
  run(): void {}
}

const listen = async () =>
  (service = await startService({
    url: nats.url,
    name: 'executor',
    controllers: [DueController, RunController],
    topology: topologyWith({ ackWaitMs: 1_000 }),
  }));

beforeEach(async () => {
  nats = await startNats();
  bus = await connectBus({ url: nats.url, name: 'timers-test', logger: silentLogger, validateOutgoing: true });
  fired.length = 0;
  refuse = 0;
});
afterEach(async () => {
  await service?.close();
  service = undefined;
  await bus.close();
  await nats.stop();
});

function aTimer(overrides: Partial<DueExecution> = {}): DueExecution {
  const { execution_id, organisation_id, workflow_id, version, accepted_at, trigger } = aRunRequest();
  return { execution_id, organisation_id, workflow_id, version, accepted_at, trigger, generation: 1, ...overrides };
}

const later = (ms: number) => new Date(Date.now() + ms);

async function stored(): Promise<number> {
  const connection = await connect({ servers: nats.url });
  try {
    return (await (await jetstreamManager(connection)).streams.info('TIMERS')).state.messages;
  } finally {
    await connection.close();
  }
}

test('a timer is delivered once, with what was set, not before its time, and leaves nothing behind', async () => {
  await listen();
  const [due, past] = [aTimer(), aTimer({ request_id: 'req_1' })];
  const at = later(1_500);
  await bus.publish(ExecutionDue, due, { at, requestId: 'req_2' });
  await bus.publish(ExecutionDue, past, { at: new Date(Date.now() - 60_000) });
  expect(await stored()).toBeGreaterThan(0);
  await waitUntil('both timers', () => fired.length === 2);
  expect(fired.map((one) => one.due)).toEqual([past, due]);
  expect(fired[1]?.at).toBeGreaterThanOrEqual(at.getTime());
  await waitUntil('an empty stream', async () => (await stored()) === 0);
  expect(fired).toHaveLength(2);
});

test('a timer that is set for years ahead waits, and can be set anew', async () => {
  await listen();
  const [far, near] = [aTimer(), aTimer()];
  await bus.publish(ExecutionDue, far, { at: later(20 * 365 * 24 * 60 * 60_000) });
  await bus.publish(ExecutionDue, near, { at: later(500) });
  await waitUntil('the near timer', () => fired.length === 1);
  expect(fired[0]?.due).toEqual(near);
  await waitUntil('the far one to be all that is left', async () => (await stored()) === 1);
  await bus.publish(ExecutionDue, far, { at: later(200) });
  await waitUntil('the far timer', () => fired.length === 2);
  expect(fired[1]?.due).toEqual(far);
});

test('setting a timer again replaces it, and others keep theirs', async () => {
  await listen();
  const due = aTimer();
  const next = { ...due, generation: 2 };
  await bus.publish(ExecutionDue, { ...due, version: 7 }, { at: later(3_600_000) });
  await bus.publish(ExecutionDue, next, { at: later(1_000) });
  await bus.publish(ExecutionDue, { ...due, version: 8 }, { at: later(500) });
  await waitUntil('both generations', () => fired.length === 2);
  expect(fired.map((one) => one.due)).toEqual([{ ...due, version: 8 }, next]);
  await waitUntil('an empty stream', async () => (await stored()) === 0);
});

test('what is due while the server and every service are down is delivered once when they are back', async () => {
  const timers = Array.from({ length: 50 }, () => aTimer({ organisation_id: newId('organisation') }));
  await Promise.all(timers.map((due) => bus.publish(ExecutionDue, due, { at: later(1_000) })));
  await nats.kill();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await nats.restart();
  await listen();
  await waitUntil('all of them', () => fired.length >= timers.length, 30_000);
  await waitUntil('an empty stream', async () => (await stored()) === 0);
  expect(fired.map((one) => one.due.execution_id).sort()).toEqual(timers.map((one) => one.execution_id).sort());
});

test('a delivery that fails comes again', async () => {
  refuse = 2;
  await listen();
  await bus.publish(ExecutionDue, aTimer(), { at: later(0) });
  await waitUntil('the third delivery', () => fired.length === 1, 30_000);
});

test('a message without a subject for timers cannot be set as one', async () => {
  await expect(bus.publish(RunRequested, aRunRequest(), { at: later(1_000) })).rejects.toThrow(/no timerSubject/);
});
