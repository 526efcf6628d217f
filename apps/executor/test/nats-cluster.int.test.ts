import { setTimeout as sleep } from 'node:timers/promises';
import type { INestMicroservice } from '@nestjs/common';
import { AppError, newId, RunRequested, STREAMS, type RunRequest } from '@millrace/contracts';
import { connectBus, silentLogger, type NatsBus } from '@millrace/messaging';
import { startNatsCluster, waitUntil, type OwnServer } from '@millrace/testing';
import { eventsOf, publishWorkflow, startExecutor, topology, workflowOf } from './executor.fixture.js';

/** Times that the server which leads the queue is killed, and executions that are started around each. */
const [KILLS, EACH] = process.env['MILLRACE_LONG'] === '1' ? [10, 1_000] : [1, 100];
/** Starts that are under way at the same time. */
const CALLERS = 16;

let servers: readonly OwnServer[] = [];
let bus: NatsBus;
let executors: INestMicroservice[] = [];

beforeAll(async () => {
  servers = (await startNatsCluster()).map(({ server }) => server);
  const url = servers.map((server) => server.url).join(',');
  bus = await connectBus({ url, name: 'test', logger: silentLogger, topology, replicas: 3 });
  executors = await Promise.all([1, 2].map(() => startExecutor(url, { replicas: 3 })));
}, 180_000);
afterAll(async () => {
  await Promise.all(executors.map((executor) => executor.close()));
  await bus?.close();
  await Promise.all(servers.map((server) => server.stop()));
}, 60_000);

/** What the servers say of the queue. */
interface Queue {
  readonly config: { readonly num_replicas: number };
  readonly cluster: { readonly leader: string; readonly replicas?: readonly { current: boolean; offline?: boolean }[] };
}

/** The queue, once somebody leads it. */
async function queue(): Promise<Queue> {
  return waitUntil('the queue to have a leader', async () => {
    const info = (await bus.connection.request(`$JS.API.STREAM.INFO.${STREAMS.runs}`)).json<Partial<Queue>>();
    return info.cluster?.leader ? (info as Queue) : undefined;
  });
}

/** Which of the servers leads the queue: by its place. */
async function leader(): Promise<number> {
  return ['one', 'two', 'three'].indexOf((await queue()).cluster.leader);
}

/** Starts an execution as a gateway does, again while it is refused for now; resolves once it is accepted. */
async function started(workflow: Pick<RunRequest, 'organisation_id' | 'workflow_id' | 'version'>): Promise<RunRequest> {
  const request: RunRequest = {
    ...workflow,
    execution_id: newId('execution'),
    generation: 0,
    accepted_at: new Date().toISOString(),
    trigger: { type: 'api' },
    input: {},
  };
  for (;;) {
    try {
      await bus.publish(RunRequested, request, { acceptance: true });
      return request;
    } catch (error) {
      // While no server leads: "JetStream is not enabled", no responders, no answer.
      if (!(error instanceof AppError && error.code === 'SERVICE_UNAVAILABLE')) throw error;
      await sleep(50);
    }
  }
}

test('all that was accepted completes, once, while the server that leads the queue is killed again and again', async () => {
  const steps = ['a', 'b'].map((id) => ({ id, type: 'transform', config: { output: id } }));
  const workflow = await publishWorkflow(bus, workflowOf(steps));
  expect((await queue()).config.num_replicas).toBe(3);
  const accepted: RunRequest[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const goal = accepted.length + EACH;
    const callers = Array.from({ length: CALLERS }, async () => {
      while (accepted.length < goal) accepted.push(await started(workflow));
    });
    await waitUntil('some to be accepted', () => accepted.length > goal - EACH / 2);
    const victim = servers[await leader()];
    await victim?.kill();
    await Promise.all(callers);
    await victim?.restart();
    await waitUntil('all three to have everything', async () => {
      const { replicas = [] } = (await queue()).cluster;
      return replicas.length === 2 && replicas.every(({ current, offline }) => current && offline !== true);
    });
  }
  for (const request of accepted) {
    const events = await waitUntil('an execution to end', async () => {
      const found = await eventsOf(bus, request);
      return found.some(({ type }) => type === 'completed') ? found : undefined;
    });
    const ends = events.filter(({ type }) => type === 'completed');
    const results = events.flatMap((event) => (event.type === 'step_completed' ? [event.path] : []));
    expect([ends.length, results]).toEqual([1, ['a', 'b']]);
  }
}, 3_000_000);
