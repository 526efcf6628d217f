import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { laneOf, newId, RunRequested, VersionSnapshot, type RunRequest } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { FakeHttpServer, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import {
  aDelivery,
  aRequest,
  aService,
  connectClient,
  eventsAtEnd,
  eventsOf,
  queueIsEmpty,
  spawnExecutor,
  workflowOf,
} from './executor.fixture.js';

const LANE = 2;
const BACKLOG = 200;
/** Iterations that compute for some hundred milliseconds. */
const TURNS = 400;

let nats: OwnServer;
let bus: NatsBus;
const processes = new Set<ChildProcess>();
let service: FakeHttpServer;
/** Lets the calls of the service that wait go on, and all that come later. */
let release: () => void;

beforeEach(async () => {
  service = await FakeHttpServer.start();
  const released = new Promise<void>((resolve) => (release = resolve));
  service.otherwise(() => released.then(() => ({ body: 'ok' })));
  nats = await startNats();
  bus = await connectClient(nats.url);
});

afterEach(async () => {
  for (const child of processes) child.kill('SIGKILL');
  processes.clear();
  await service.stop();
  await bus.close();
  await nats.stop();
});

async function spawnTracked(): Promise<ChildProcess> {
  const child = await spawnExecutor(nats.url);
  processes.add(child);
  return child;
}

/** Starts executions of a workflow with these steps in an organisation of its own, on the lane. */
async function start(steps: object[], count: number): Promise<RunRequest[]> {
  let organisation_id = newId('organisation');
  while (laneOf(organisation_id) !== LANE) organisation_id = newId('organisation');
  const workflow = { workflow_id: newId('workflow'), organisation_id, version: 1 };
  const document = JSON.stringify(workflowOf(steps));
  await bus.snapshots.put(VersionSnapshot, workflow, { ...workflow, name: 'Test', document });
  const requests = Array.from({ length: count }, (): RunRequest => ({
    ...workflow,
    execution_id: newId('execution'),
    generation: 0,
    accepted_at: new Date().toISOString(),
    trigger: { type: 'api' },
    input: {},
  }));
  for (const request of requests) await bus.publish(RunRequested, request);
  return requests;
}

async function countEnded(requests: readonly RunRequest[]): Promise<number> {
  const ended = await Promise.all(
    requests.map(async (request) => (await eventsOf(bus, request)).some(({ type }) => type === 'completed')),
  );
  return ended.filter(Boolean).length;
}

test("a neighbour's 200 slow steps hold nobody up, and nothing is lost or doubled when executors are killed meanwhile", async () => {
  const [first] = [await spawnTracked(), await spawnTracked()];
  const backlog = await start(
    [{ id: 'rest', type: 'http', config: { url: `${service.url}/` }, timeout: '2m' }],
    BACKLOG,
  );
  await waitUntil('the neighbour to be at work', () => service.calls.length > 0);
  const others = (
    await Promise.all(
      Array.from({ length: 20 }, () => start([{ id: 'say', type: 'transform', config: { output: 'done' } }], 3)),
    )
  ).flat();
  // None of the neighbour's ends before all of the others have: nothing but a slot that is not his could run them.
  await waitUntil('the others to have ended', async () => (await countEnded(others)) === others.length, 60_000);
  expect(await countEnded(backlog)).toBe(0);

  release();
  first.kill('SIGKILL');
  await once(first, 'exit');
  await spawnTracked();
  for (const request of [...backlog, ...others]) {
    const events = await eventsAtEnd(bus, request, 60_000);
    const count = (type: string): number => events.filter((event) => event.type === type).length;
    expect([count('started'), count('step_completed'), count('completed')]).toEqual([1, 1, 1]);
  }
  await queueIsEmpty(bus);
});

test('organisations take turns with what their executions compute, however many one of them has', async () => {
  const http = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });
  const service = aService(bus, http);
  const stop = new AbortController();
  const compute = { id: 'compute', type: 'transform', config: { output: "{{range(0, 2000).join('').length}}" } };
  const ended: string[] = [];
  const run = async (name: string, turns: number, owner: { organisation_id: string }): Promise<void> => {
    const each = { id: 'each', type: 'loop', config: { items: '{{range(0, input.turns)}}', steps: [compute] } };
    const request = await aRequest(bus, workflowOf([each]), { turns }, owner);
    await service.execute(request, aDelivery(1, stop.signal));
    ended.push(name);
    expect((await eventsOf(bus, request)).at(-1)).toMatchObject({ type: 'completed' });
  };
  const [one, other] = [newId('organisation'), newId('organisation')];
  const many = Array.from({ length: 10 }, () => run('one of many', TURNS, { organisation_id: one }));
  // Three times as long, and yet a small part of what the others compute together.
  await Promise.all([...many, run('long', 3 * TURNS, { organisation_id: other })]);
  await http.close();
  expect(ended[0]).toBe('long');
});
