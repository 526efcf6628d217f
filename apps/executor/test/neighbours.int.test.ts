import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { laneOf, newId, RunRequested, VersionSnapshot, type RunRequest } from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { connectClient, eventsAtEnd, eventsOf, queueIsEmpty, spawnExecutor, workflowOf } from './executor.fixture.js';

jest.setTimeout(120_000);

const LANE = 2;
const BACKLOG = 200;

let nats: OwnServer;
let bus: NatsBus;
const processes = new Set<ChildProcess>();

beforeEach(async () => {
  nats = await startNats();
  bus = await connectClient(nats.url);
});

afterEach(async () => {
  for (const child of processes) child.kill('SIGKILL');
  processes.clear();
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

test("a neighbour's 200 waits hold nobody up, and nothing is lost or doubled when executors are killed meanwhile", async () => {
  const [first] = [await spawnTracked(), await spawnTracked()];
  const backlog = await start([{ id: 'rest', type: 'wait', config: { duration: 0.5 } }], BACKLOG);
  await waitUntil('the neighbour to be at work', async () => (await countEnded(backlog.slice(0, 10))) > 0);
  const others = (
    await Promise.all(
      Array.from({ length: 20 }, () => start([{ id: 'say', type: 'transform', config: { output: 'done' } }], 3)),
    )
  ).flat();
  await waitUntil('the others to have ended', async () => (await countEnded(others)) === others.length);
  expect(await countEnded(backlog)).toBeLessThan(BACKLOG / 2);

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
