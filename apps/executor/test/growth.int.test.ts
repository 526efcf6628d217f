import { setTimeout as sleep } from 'node:timers/promises';
import { ActiveSnapshot, derivedId, newId, type RunRequest } from '@millrace/contracts';
import type { NatsBus, Topology } from '@millrace/messaging';
import { startExecution, type StartRequest } from '@millrace/service-kit/start-execution';
import { waitUntil, type FakeHttpServer } from '@millrace/testing';
import { ExecutorScene } from './executor-scene.js';
import { entriesOf, eventsAtEnd, publishWorkflow, queueIsEmpty, topology, workflowOf } from './executor.fixture.js';

/** So far ahead a journal layout is promised: a growth takes effect after that. */
const PROMISE_MS = 500;
const own: Topology = {
  ...topology,
  journalDecisionMs: PROMISE_MS,
  // The server keeps no ids of what was published before: only the journal knows that a start is repeated.
  streams: topology.streams.map((stream) => ({ ...stream, duplicateWindowMs: 100 })),
};

let scene: ExecutorScene;
let bus: NatsBus;
let server: FakeHttpServer;

beforeAll(async () => {
  scene = await ExecutorScene.open(own);
  ({ bus, server } = scene);
  server.on('/call', { delayMs: 20, body: { ok: true } });
});
afterAll(() => scene?.close());

const spawnExecutor = () => scene.spawn({ journalDecisionMs: PROMISE_MS });

/** Numbers of the journal streams that have entries of an execution, by its id: all that is in the journals. */
async function whereabouts(): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  for (let number = 0; number < 10; number++) {
    const question = JSON.stringify({ subjects_filter: '>' });
    const reply = await bus.connection.request(`$JS.API.STREAM.INFO.JOURNAL_${number}`, question);
    const { state } = reply.json<{ state: { subjects?: Record<string, number> } }>();
    for (const subject of Object.keys(state.subjects ?? {})) {
      const id = subject.split('.')[3] ?? '';
      found.set(id, [...(found.get(id) ?? []), number]);
    }
  }
  return found;
}

test('growing from 2 to 8 journal streams under load, while executors are killed, loses and doubles nothing', async () => {
  const call = {
    id: 'call',
    type: 'http',
    config: { method: 'POST', url: `${server.url}/call`, body: '{{input.number}}' },
    retry: { max_attempts: 1 },
  };
  // Suspended, so that executions under way are woken under the new layout.
  const wait = { id: 'wait', type: 'wait', config: { duration: '3s' } };
  const say = { id: 'say', type: 'transform', config: { output: '{{input.number}}' } };
  const workflow = await publishWorkflow(bus, workflowOf([call, wait, say]));
  await bus.snapshots.put(ActiveSnapshot, workflow, { ...workflow, status: 'active' });
  let number = 0;
  const started = new Map<string, StartRequest>();
  const start = async (request: Partial<StartRequest>): Promise<void> => {
    const full = { trigger: { type: 'api' as const }, workflow, input: () => ({ number: number++ }), ...request };
    const { execution_id } = await startExecution(bus, null, { id: newId('execution'), ...full });
    started.set(execution_id, full);
  };
  const executors = await Promise.all([spawnExecutor(), spawnExecutor(), spawnExecutor()]);
  const at = Date.now();
  const twins = Array.from({ length: 20 }, (_, index) =>
    derivedId('execution', at, [workflow.organisation_id, 'schedule', String(index)]),
  );
  const loading = new AbortController();
  const load = async (): Promise<void> => {
    while (!loading.signal.aborted) {
      await Promise.all(Array.from({ length: 4 }, () => start({})));
      await sleep(100);
    }
  };
  for (const id of twins) await start({ id });
  const running = load();
  await waitUntil('some run', () => server.callsTo('/call').length > 60);
  const { generations } = await bus.journalStreams.grow(8);
  executors[0]?.kill('SIGKILL');
  for (const id of twins) await start({ id });
  const from = generations[1]?.from ?? 0;
  await waitUntil('the new layout is in use', () => Date.now() > from);
  executors[1]?.kill('SIGKILL');
  const before = started.size;
  await waitUntil('many have started in it', () => started.size > before + 100);
  loading.abort();
  await running;
  await queueIsEmpty(bus);

  const requests = [...started.keys()].map((execution_id) => ({ ...workflow, execution_id }) as RunRequest);
  for (const request of requests) {
    const events = await eventsAtEnd(bus, request, 60_000);
    const paths = events.flatMap((event) => (event.type === 'step_completed' ? [event.path] : []));
    expect({ paths, end: events.at(-1)?.type }).toEqual({ paths: ['call', 'wait', 'say'], end: 'completed' });
  }
  for (const id of twins) await start({ id });
  await queueIsEmpty(bus);

  const places = await whereabouts();
  expect([...places.keys()].sort()).toEqual([...started.keys()].sort());
  expect([...places].filter(([, streams]) => streams.length !== 1)).toEqual([]);
  const used = new Set([...places.values()].flat());
  expect([...used].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (const id of twins) {
    const entries = await entriesOf(bus, { ...workflow, execution_id: id } as RunRequest);
    const ends = entries.flatMap(({ events }) => events.filter(({ type }) => type === 'completed'));
    expect({ id, ends: ends.length }).toEqual({ id, ends: 1 });
  }
  // A call is made again only where an executor died of before its result was recorded.
  const keys = server.callsTo('/call').map(({ idempotencyKey }) => idempotencyKey);
  expect(new Set(keys).size).toBe(started.size);
  expect(keys.length - started.size).toBeLessThanOrEqual(2 * 16);
});
