import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { ActiveSnapshot, derivedId, newId, OWN_LANE_NUMBERS, RunRequested, type RunRequest } from '@millrace/contracts';
import type { NatsBus, Topology } from '@millrace/messaging';
import { startExecution, type StartRequest } from '@millrace/service-kit/start-execution';
import { FakeHttpServer, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import {
  connectClient,
  entriesOf,
  eventsAtEnd,
  publishWorkflow,
  queueIsEmpty,
  spawnExecutor,
  topology,
  workflowOf,
} from './executor.fixture.js';

/** An organisation gets a lane soon, and loses it soon. */
const TIMES = { roundMs: 200, quietMs: 500, drainedMs: 500, keeperMs: 1_000, sweepMs: 1_000 };
const own: Topology = {
  ...topology,
  ownLaneTimes: TIMES,
  // The server keeps no ids of what was published before: only the queue and the journal know that a start is repeated.
  streams: topology.streams.map((stream) => ({ ...stream, duplicateWindowMs: 100 })),
};

let nats: OwnServer;
let bus: NatsBus;
let server: FakeHttpServer;
const processes = new Set<ChildProcess>();

beforeAll(async () => {
  nats = await startNats();
  bus = await connectClient(nats.url, own);
  server = await FakeHttpServer.start();
  server.on('/call', { delayMs: 20, body: { ok: true } });
});
afterAll(async () => {
  for (const child of processes) child.kill('SIGKILL');
  await bus?.close();
  await server?.stop();
  await nats?.stop();
});

async function spawnTracked(): Promise<ChildProcess> {
  const child = await spawnExecutor(nats.url, { ownLaneTimes: TIMES });
  processes.add(child);
  return child;
}

const lanes = () => bus.laneRegister.current.lanes;

test('moving to an own lane and back under load, while executors are killed, loses and doubles nothing', async () => {
  const call = {
    id: 'call',
    type: 'http',
    config: { method: 'POST', url: `${server.url}/call`, body: '{{input.number}}' },
    retry: { max_attempts: 1 },
  };
  // Suspended, so that executions are woken after their organisation has moved.
  const wait = { id: 'wait', type: 'wait', config: { duration: '3s' } };
  const say = { id: 'say', type: 'transform', config: { output: '{{input.number}}' } };
  const workflow = await publishWorkflow(bus, workflowOf([call, wait, say]));
  await bus.snapshots.put(ActiveSnapshot, workflow, { ...workflow, status: 'active' });
  let number = 0;
  const started = new Map<string, StartRequest>();
  const start = async (request: Partial<StartRequest> = {}): Promise<void> => {
    const full = { trigger: { type: 'api' as const }, workflow, input: () => ({ number: number++ }), ...request };
    const { execution_id } = await startExecution(bus, null, { id: newId('execution'), ...full });
    started.set(execution_id, full);
  };
  const many = (count: number) => Promise.all(Array.from({ length: count }, () => start()));
  const at = Date.now();
  const twins = Array.from({ length: 20 }, (_, index) =>
    derivedId('execution', at, [workflow.organisation_id, 'schedule', String(index)]),
  );
  const again = async (): Promise<void> => {
    for (const id of twins) await start({ id });
  };
  const loading = new AbortController();
  const load = async (): Promise<void> => {
    while (!loading.signal.aborted) {
      // More than three executors run, until there is the lane that a backlog is given.
      await many(lanes().length === 0 ? 25 : 4);
      await sleep(50);
    }
  };

  await many(150);
  await again();
  // As executors of the release before publish it: nothing of own lanes is in it.
  const old: RunRequest = {
    ...workflow,
    execution_id: newId('execution'),
    generation: 0,
    accepted_at: new Date().toISOString(),
    trigger: { type: 'api' },
    input: { number: number++ },
  };
  await bus.publish(RunRequested, old);
  const executors = await Promise.all([spawnTracked(), spawnTracked(), spawnTracked()]);
  const running = load();
  await waitUntil('it has a lane', () => lanes().some(({ state }) => state === 'open'), 30_000);
  const [lane] = lanes();
  expect(lane).toMatchObject({ number: OWN_LANE_NUMBERS[0], organisation_id: workflow.organisation_id });
  await again();
  const before = started.size;
  executors[0]?.kill('SIGKILL');
  await waitUntil('many have started in it', () => started.size > before + 100, 30_000);
  executors[1]?.kill('SIGKILL');
  loading.abort();
  await running;
  await waitUntil('it goes back', () => lanes().every(({ state }) => state !== 'open'), 60_000);
  await again();
  await many(20);
  await waitUntil('its lane is gone', () => lanes().length === 0, 60_000);
  await queueIsEmpty(bus);

  const requests = [old, ...[...started.keys()].map((execution_id) => ({ ...workflow, execution_id }) as RunRequest)];
  for (const request of requests) {
    const events = await eventsAtEnd(bus, request, 60_000);
    const paths = events.flatMap((event) => (event.type === 'step_completed' ? [event.path] : []));
    expect({ paths, end: events.at(-1)?.type }).toEqual({ paths: ['call', 'wait', 'say'], end: 'completed' });
  }
  await again();
  await queueIsEmpty(bus);
  for (const id of twins) {
    const entries = await entriesOf(bus, { ...workflow, execution_id: id } as RunRequest);
    const ends = entries.flatMap(({ events }) => events.filter(({ type }) => type === 'completed'));
    expect({ id, ends: ends.length }).toEqual({ id, ends: 1 });
  }
  // A call is made again only where an executor died of before its result was recorded.
  const keys = server.callsTo('/call').map(({ idempotencyKey }) => idempotencyKey);
  expect(new Set(keys).size).toBe(requests.length);
  expect(keys.length - requests.length).toBeLessThanOrEqual(2 * 16);
});
