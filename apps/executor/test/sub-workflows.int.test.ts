import type { ChildProcess } from 'node:child_process';
import type { INestMicroservice } from '@nestjs/common';
import {
  ActiveSnapshot,
  derivedId,
  newId,
  RunRequested,
  VersionSnapshot,
  type ExecutionEvent,
  type RunRequest,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { createLoggerTo } from '@millrace/service-kit/logging';
import { startNats, waitUntil } from '@millrace/testing';
import {
  connectClient,
  eventsAtEnd,
  eventsOf,
  queueIsEmpty,
  spawnExecutor,
  startExecutor,
  workflowOf,
} from './executor.fixture.js';
import { requestOf, saveWorkflow } from './saved-workflow.fixture.js';

/* Steps that start other executions, against a real NATS server and executors that are killed. */

jest.setTimeout(120_000);

const organisation_id = newId('organisation');
let nats: Awaited<ReturnType<typeof startNats>>;
let bus: NatsBus;
let app: INestMicroservice | undefined;
const lines: string[] = [];

beforeAll(async () => {
  nats = await startNats();
  bus = await connectClient(nats.url);
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLoggerTo(destination, { service: 'executor', level: 'info' });
  app = await startExecutor(nats.url, { logger });
});
afterAll(async () => {
  await app?.close();
  await bus.close();
  await nats.stop();
});

const give = (output: unknown) => ({ id: 'give', type: 'transform', config: { output } });
const fails = (message: string) => ({ id: 'end', type: 'stop', config: { status: 'failed', message } });
const calls = (workflow_id: string, config: object = {}, rest: object = {}) => ({
  id: 'call',
  type: 'sub_workflow',
  config: { workflow_id, ...config },
  ...rest,
});

const save = (steps: object[], rest: object = {}, of: { status?: string; organisation_id?: string } = {}) =>
  saveWorkflow(bus, steps, rest, { organisation_id, ...of });

async function run(
  workflow_id: string,
  input: unknown = {},
): Promise<{ request: RunRequest; events: ExecutionEvent[] }> {
  const request = requestOf({ organisation_id, workflow_id }, input);
  await bus.publish(RunRequested, request);
  return { request, events: await eventsAtEnd(bus, request) };
}

/** The executions that the steps have started, in their order. */
function childrenOf(events: readonly ExecutionEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'step_waiting' && event.child ? [event.child.execution_id] : []));
}

function childOf(events: readonly ExecutionEvent[], index = 0): RunRequest {
  return { organisation_id, execution_id: childrenOf(events)[index] } as RunRequest;
}

describe('a step that waits for the execution it starts', () => {
  it('has its output, was suspended meanwhile, and that execution says what started it', async () => {
    const child = await save([give({ doubled: '{{input.n * 2}}' })]);
    const parent = await save([calls(child, { input: { n: '{{input.n}}' } })]);
    const { request, events } = await run(parent, { n: 21 });
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: { doubled: 42 } });
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['suspended', 'child_ended', 'woken']));
    const [started] = await eventsOf(bus, childOf(events));
    const trigger = {
      type: 'workflow',
      execution_id: request.execution_id,
      step_path: 'call',
      awaited: true,
      depth: 1,
    };
    expect(started).toMatchObject({ type: 'started', input: { n: 21 }, trigger });
    await queueIsEmpty(bus);
    // Whoever begins this attempt begins the same one.
    const waiting = events.find((event) => event.type === 'step_waiting');
    const source = [organisation_id, 'sub_workflow', request.execution_id, 'call', '1'] as const;
    expect(childrenOf(events)).toEqual([derivedId('execution', Date.parse(waiting?.started_at ?? ''), source)]);
  });

  it("gives it the execution's own input by default", async () => {
    const child = await save([give('{{input}}')]);
    const { events } = await run(await save([calls(child)]), { own: true });
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: { own: true } });
  });

  it('fails with the cause when that fails, and starts another one for each attempt', async () => {
    const child = await save([fails('No stock')]);
    const retry = { max_attempts: 2, initial_delay: '1ms' };
    const { events } = await run(await save([calls(child, {}, { retry })]));
    const children = childrenOf(events);
    expect(new Set(children).size).toBe(2);
    const cause = { code: 'EXECUTION_FAILED', message: 'No stock', path: 'end' };
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      path: 'call',
      error: {
        code: 'SUB_WORKFLOW_FAILED',
        message: 'The sub-workflow failed: No stock',
        details: { path: 'call', execution_id: children[1], status: 'failed', cause },
      },
    });
  });

  it('works in a loop, each iteration with its own', async () => {
    const child = await save([give('{{input.item + 1}}')]);
    const steps = [calls(child, { input: { item: '{{item}}' } })];
    const each = { id: 'each', type: 'loop', config: { items: [1, 2, 3, 4, 5], concurrency: 3, steps } };
    const { events } = await run(await save([each]));
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: [2, 3, 4, 5, 6] });
    expect(new Set(childrenOf(events)).size).toBe(5);
  });
});

describe('a step that does not wait', () => {
  it('is done once the execution is started', async () => {
    const child = await save([{ id: 'hold', type: 'wait', config: { duration: '2.5s' } }, give('late')]);
    const { events } = await run(await save([calls(child, { wait: false })]));
    const [execution_id] = childrenOf(events);
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: { execution_id } });
    expect((await eventsAtEnd(bus, childOf(events))).at(-1)).toMatchObject({ type: 'completed', output: 'late' });
    expect(await eventsOf(bus, childOf(events))).not.toContainEqual(expect.objectContaining({ linked: true }));
  });
});

describe('what may not be started', () => {
  it.each([
    ['WORKFLOW_NOT_FOUND', { organisation_id: newId('organisation') }],
    ['WORKFLOW_PAUSED', { status: 'paused' }],
    ['WORKFLOW_NOT_ACTIVE', { status: 'draft' }],
  ])('fails the step with %s', async (code, of) => {
    const child = await save([give(1)], {}, of);
    const { events } = await run(await save([calls(child)]));
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      error: { code, details: { path: 'call', workflow_id: child } },
    });
    expect(childrenOf(events)).toEqual([]);
  });

  it('is what would be too deep', async () => {
    const workflow_id = newId('workflow');
    const document = JSON.stringify(workflowOf([calls(workflow_id)]));
    const workflow = { workflow_id, organisation_id, version: 1 };
    await bus.snapshots.put(VersionSnapshot, workflow, { ...workflow, name: 'Itself', document });
    await bus.snapshots.put(ActiveSnapshot, workflow, { ...workflow, status: 'active' });
    const { events } = await run(workflow_id);
    expect(JSON.stringify(events.at(-1))).toContain('at most 5 deep');
  });
});

describe('a workflow for failures', () => {
  it('starts once for an execution that fails, and its own failure starts nothing', async () => {
    const handler = newId('workflow');
    const settings = { on_failure_workflow: handler };
    const document = JSON.stringify(workflowOf([fails('Handler failed too')], { settings }));
    const workflow = { workflow_id: handler, organisation_id, version: 1 };
    await bus.snapshots.put(VersionSnapshot, workflow, { ...workflow, name: 'Handler', document });
    await bus.snapshots.put(ActiveSnapshot, workflow, { ...workflow, status: 'active' });
    const failing = await save([fails('Broken')], { settings });
    const heard = await starts('failure', async () => {
      await run(failing, { order: 7 });
      await queueIsEmpty(bus);
    });
    expect(heard).toMatchObject([
      {
        workflow_id: handler,
        trigger: { type: 'failure', workflow_id: failing },
        input: {
          workflow_id: failing,
          workflow_name: 'Saved',
          error: { code: 'EXECUTION_FAILED', message: 'Broken' },
          failed_path: 'end',
          trigger_type: 'api',
          input: { order: 7 },
        },
      },
    ]);
  });
});

it('a workflow for failures that cannot start is in the log some times, however often it should', async () => {
  const failing = await save([fails('Broken')], { settings: { on_failure_workflow: newId('workflow') } });
  await Promise.all(Array.from({ length: 12 }, () => run(failing)));
  await queueIsEmpty(bus);
  const about = lines.filter((line) => line.includes('named for failures could not be started'));
  // So many in each of two minutes, should a slow machine take as long.
  expect(about.length).toBeLessThanOrEqual(10);
  expect(about[0]).toContain(organisation_id);
});

/** The executions with such a trigger that are started while something is done. */
async function starts(type: string, done: () => Promise<void>): Promise<RunRequest[]> {
  const heard: RunRequest[] = [];
  const subscription = bus.connection.subscribe('runs.>');
  void (async () => {
    for await (const message of subscription) {
      const request = message.json<RunRequest>();
      if (request.trigger?.type === type) heard.push(request);
    }
  })();
  await done();
  subscription.unsubscribe();
  return heard;
}

describe('whatever dies', () => {
  it('each step has one execution, and its result, once', async () => {
    await app?.close();
    app = undefined;
    const child = await save([{ id: 'hold', type: 'wait', config: { duration: '{{input.ms}}' } }, give('{{input.n}}')]);
    const steps = [calls(child, { input: { n: '{{item}}', ms: '{{item % 3 == 0 ? "2300ms" : "10ms"}}' } })];
    const items = Array.from({ length: 12 }, (_, index) => index);
    const parent = await save([{ id: 'each', type: 'loop', config: { items, concurrency: 4, steps } }]);
    const request = requestOf({ organisation_id, workflow_id: parent });
    let executor: ChildProcess | undefined;
    let isEnded = false;
    const killing = (async () => {
      while (!isEnded) {
        executor = await spawnExecutor(nats.url);
        await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 900));
        if (!isEnded) executor.kill('SIGKILL');
      }
    })();
    await bus.publish(RunRequested, request);
    const events = await eventsAtEnd(bus, request, 100_000);
    isEnded = true;
    await killing;
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: items });
    const completed = events.filter((event) => event.type === 'step_completed' && event.step_type === 'sub_workflow');
    expect(completed).toHaveLength(items.length);
    const children = childrenOf(events);
    expect(children).toHaveLength(items.length);
    for (const execution_id of children) {
      const own = await eventsOf(bus, { organisation_id, execution_id } as RunRequest);
      expect(own.filter(({ type }) => type === 'started')).toHaveLength(1);
      expect(own.filter(({ type }) => type === 'completed')).toHaveLength(1);
    }
    executor?.kill('SIGKILL');
    await waitUntil('the executor has gone', () => Promise.resolve(executor?.killed === true ? true : null));
  });
});
