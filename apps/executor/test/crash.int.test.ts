import { setTimeout as sleep } from 'node:timers/promises';
import {
  JournalEntry,
  RunRequested,
  VersionSnapshot,
  newId,
  type ExecutionEvent,
  type RunRequest,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { waitUntil, type FakeHttpServer } from '@millrace/testing';
import { SupersededError } from '../src/executions/superseded.error.js';
import { ExecutorScene } from './executor-scene.js';
import {
  ACK_WAIT_MS,
  aDelivery,
  aRequest,
  aService,
  entriesOf,
  eventsAtEnd,
  eventsOf,
  publishWorkflow,
  queueIsEmpty,
  startExecution,
  workflowOf,
} from './executor.fixture.js';

let scene: ExecutorScene;
let bus: NatsBus;
let server: FakeHttpServer;

beforeEach(async () => {
  scene = await ExecutorScene.open();
  ({ bus, server } = scene);
});

afterEach(() => scene.close());

const post = (id: string) => ({
  id,
  type: 'http',
  config: { method: 'POST', url: `{{input.url}}/${id}` },
  retry: { max_attempts: 1 },
});
const results = (events: readonly ExecutionEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'step_completed' ? [event.path] : []));

describe('an executor that is killed (SIGKILL)', () => {
  it('at every step loses nothing and repeats only what has no recorded result', async () => {
    const ids = ['one', 'two', 'three', 'four'];
    let executor = await scene.spawn();
    const recordedAtKill: { path: string; calls: number }[][] = [];
    const started: { request?: RunRequest } = {};
    const killed: Promise<void>[] = [];
    for (const [index, id] of ids.entries()) {
      server.on(`/${id}`, async (_, number) => {
        if (number > 1) return { body: { id } };
        const kill = async () => {
          executor.kill('SIGKILL');
          const request = await waitUntil('the test knows the execution', () => started.request);
          const done = results(await eventsOf(bus, request));
          recordedAtKill.push(done.map((path) => ({ path, calls: server.callsTo(`/${path}`).length })));
          executor = await scene.spawn();
        };
        // In turns: while the step is in flight, and right after its answer.
        if (index % 2 === 0) await kill();
        else killed.push(sleep(3).then(kill));
        return { body: { id } };
      });
    }
    const steps = ids.flatMap((id) => [
      post(id),
      { id: `after_${id}`, type: 'transform', config: { output: `{{${id}.data.id}}` } },
    ]);
    const request = await startExecution(
      bus,
      workflowOf(steps, { output: { all: ids.map((id) => `{{after_${id}.output}}`) } }),
      { url: server.url },
    );
    started.request = request;
    const events = await eventsAtEnd(bus, request, 60_000);
    await Promise.all(killed);
    expect(events.at(-1)).toMatchObject({ type: 'completed', output: { all: ids } });
    const recorded = results(events);
    expect(recorded).toHaveLength(ids.length * 2);
    expect(new Set(recorded).size).toBe(recorded.length);
    expect(recordedAtKill).toHaveLength(ids.length);
    for (const { path, calls } of recordedAtKill.flat()) {
      if (ids.includes(path)) expect({ path, calls: server.callsTo(`/${path}`).length }).toEqual({ path, calls });
    }
    for (const id of ids) {
      const calls = server.callsTo(`/${id}`);
      expect(calls.length).toBeLessThanOrEqual(2);
      expect(new Set(calls.map((call) => call.idempotencyKey))).toEqual(new Set([`${request.execution_id}:${id}`]));
    }
    expect(events.filter((event) => event.type === 'resumed').length).toBeGreaterThanOrEqual(2);
    await queueIsEmpty(bus);
  });

  it('during the pause before a retry leaves the rest of the pause to its successor', async () => {
    const executor = await scene.spawn();
    server.sequence('/flaky', [{ status: 503 }, { body: { ok: true } }]);
    const step = {
      ...post('flaky'),
      retry: { max_attempts: 2, backoff: 'constant', initial_delay: '4s', jitter: false },
    };
    const request = await startExecution(bus, workflowOf([step]), { url: server.url });
    await waitUntil('the first failure is recorded', async () =>
      (await eventsOf(bus, request)).some((event) => event.type === 'step_failed'),
    );
    executor.kill('SIGKILL');
    await scene.spawn();
    const events = await eventsAtEnd(bus, request);
    const failed = events.find((event) => event.type === 'step_failed') as Extract<
      ExecutionEvent,
      { type: 'step_failed' }
    >;
    const [, second] = events.filter((event) => event.type === 'step_started');
    expect(events.at(-1)).toMatchObject({ type: 'completed' });
    // Not before its time; and that time is the one that was planned before the crash, not one counted anew from there.
    expect(Date.parse(second?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(failed.retry_at ?? ''));
    expect(Date.parse(failed.retry_at ?? '')).toBe(Date.parse(failed.at) + 4_000);
    expect(events.filter((event) => event.type === 'step_failed')).toHaveLength(1);
    expect(second).toMatchObject({ attempt: 2 });
    expect(server.callsTo('/flaky')).toHaveLength(2);
  });
});

describe('an executor that is paused and replaced', () => {
  it('changes nothing when it goes on', async () => {
    const zombie = await scene.spawn();
    let calls = 0;
    server.on('/first', async () => {
      if (++calls === 1) zombie.kill('SIGSTOP');
      return { body: { call: calls } };
    });
    const request = await startExecution(bus, workflowOf([post('first'), post('second')]), { url: server.url });
    await waitUntil('the first executor is stopped in its call', () => calls === 1);
    await scene.start();
    const events = await eventsAtEnd(bus, request);
    const entries = await entriesOf(bus, request);
    zombie.kill('SIGCONT');
    await sleep(500);
    expect(await entriesOf(bus, request)).toEqual(entries);
    expect(events.at(-1)).toMatchObject({ type: 'completed' });
    expect(results(events)).toEqual(['first', 'second']);
    expect(server.callsTo('/second')).toHaveLength(1);
    const keys = new Set(server.callsTo('/first').map((call) => call.idempotencyKey));
    expect(keys).toEqual(new Set([`${request.execution_id}:first`]));
    expect(zombie.exitCode).toBeNull();
    await queueIsEmpty(bus);
  });
});

describe('a graceful shutdown', () => {
  it('lets what is in flight finish within the grace time', async () => {
    const app = await scene.start({ graceMs: 5_000 });
    server.on('/slow', { delayMs: 400, body: {} });
    const request = await startExecution(bus, workflowOf([post('slow')]), { url: server.url });
    await server.waitForCalls(1);
    await scene.shutDown(app);
    expect((await eventsOf(bus, request)).at(-1)).toMatchObject({ type: 'completed' });
    expect(server.callsTo('/slow')).toHaveLength(1);
    await queueIsEmpty(bus);
  });

  it('hands over what does not finish, with all results so far', async () => {
    const app = await scene.start({ graceMs: 50 });
    server.on('/first', { body: { ok: true } });
    server.on('/hangs', (_, number) => (number === 1 ? new Promise(() => undefined) : { body: { ok: true } }));
    const request = await startExecution(bus, workflowOf([post('first'), post('hangs')]), { url: server.url });
    await server.waitForCalls(2);
    await scene.shutDown(app);
    // The call hangs still: who waited for it would record its failure.
    expect(results(await eventsOf(bus, request))).toEqual(['first']);
    await scene.start();
    const events = await eventsAtEnd(bus, request);
    expect(events.at(-1)).toMatchObject({ type: 'completed' });
    expect(server.callsTo('/first')).toHaveLength(1);
    expect(server.callsTo('/hangs')).toHaveLength(2);
  });
});

describe('a delivery', () => {
  const delivery = ({ deliveryCount = 1 } = {}) => aDelivery(deliveryCount, new AbortController().signal);
  const http = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });
  afterAll(() => http.close());
  const service = () => aService(bus, http);
  const requestOf = (steps: object[]) => aRequest(bus, workflowOf(steps));
  const step = { id: 'say', type: 'transform', config: { output: 'done' } };

  it('of an execution that has ended changes nothing', async () => {
    const request = await requestOf([step]);
    await service().execute(request, delivery());
    const entries = await entriesOf(bus, request);
    // A redelivery, and a second message for the same execution.
    await service().execute(request, delivery({ deliveryCount: 2 }));
    await service().execute(request, delivery());
    expect(await entriesOf(bus, request)).toEqual(entries);
    expect(entries).toHaveLength(1);
  });

  it('is nothing that counts against an execution: the hundredth runs it', async () => {
    const request = await requestOf([step]);
    await service().execute(request, delivery({ deliveryCount: 100 }));
    expect((await eventsOf(bus, request)).at(-1)).toMatchObject({ type: 'completed', output: 'done' });
  });

  it('waits for a version that is on its way', async () => {
    const request = await requestOf([step]);
    const late = { ...request, version: 2 };
    const running = service().execute(late, delivery());
    await bus.snapshots.put(
      VersionSnapshot,
      { workflow_id: late.workflow_id, version: 2 },
      { ...late, name: 'Late', document: JSON.stringify(workflowOf([step])) },
    );
    await running;
    expect((await eventsOf(bus, late)).at(-1)).toMatchObject({ type: 'completed', output: 'done' });
  });

  it('fails clearly when the version does not come', async () => {
    const request = { ...(await requestOf([step])), version: 7 };
    await service().execute(request, delivery());
    expect((await eventsOf(bus, request)).at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'VERSION_NOT_FOUND' },
    });
  });

  it("does not run another organisation's workflow", async () => {
    const own = await requestOf([step]);
    const request = { ...own, execution_id: newId('execution'), organisation_id: newId('organisation') };
    const executor = service();
    // Its own organisation has the version read and kept.
    await executor.execute(own, delivery());
    await executor.execute(request, delivery({ deliveryCount: 3 }));
    expect((await eventsOf(bus, request)).at(-1)).toMatchObject({ error: { code: 'VERSION_NOT_FOUND' } });
  });

  it('says when the journal does not fit the version', async () => {
    const request = await requestOf([step]);
    const at = new Date().toISOString();
    const { workflow_id, version, accepted_at, trigger, input, execution_id, organisation_id } = request;
    const started: ExecutionEvent = { type: 'started', at, workflow_id, version, accepted_at, trigger, input };
    const foreign: ExecutionEvent = {
      type: 'step_completed',
      at,
      path: 'elsewhere',
      step_type: 'transform',
      started_at: at,
      attempt: 1,
      output: 1,
    };
    await bus.publish(JournalEntry, { entry_id: 'x', execution_id, organisation_id, events: [started, foreign] });
    await service().execute(request, delivery({ deliveryCount: 2 }));
    expect((await eventsOf(bus, request)).at(-1)).toMatchObject({ type: 'failed', error: { code: 'INTERNAL_ERROR' } });
  });

  it('that was overtaken gives up and does not acknowledge', async () => {
    const request = { ...(await requestOf([post('slow')])), input: { url: server.url } };
    server.on('/slow', { delayMs: 600, body: {} });
    const controller = new AbortController();
    const first = service().execute(request, { ...delivery(), signal: controller.signal });
    first.catch(() => undefined);
    await server.waitForCalls(1);
    const { execution_id, organisation_id } = request;
    const resumed: ExecutionEvent = { type: 'resumed', at: new Date().toISOString(), delivery: 2 };
    await bus.publish(JournalEntry, { entry_id: 'y', execution_id, organisation_id, events: [resumed] });
    setTimeout(() => controller.abort(), 1_500);
    await expect(first).rejects.toBeInstanceOf(SupersededError);
    expect((await eventsOf(bus, request)).at(-1)).toEqual(resumed);
  });

  it('goes to another executor when the queue has more than one', async () => {
    await scene.start();
    await scene.start();
    const workflow = await publishWorkflow(bus, workflowOf([step]));
    const requests = Array.from({ length: 40 }, (): RunRequest => ({
      ...workflow,
      execution_id: newId('execution'),
      generation: 0,
      accepted_at: new Date().toISOString(),
      trigger: { type: 'api' },
      input: {},
    }));
    await Promise.all(requests.map((request) => bus.publish(RunRequested, request)));
    for (const request of requests) {
      const events = await eventsAtEnd(bus, request);
      expect(events.filter((event) => event.type === 'completed')).toHaveLength(1);
    }
    await queueIsEmpty(bus);
    await sleep(ACK_WAIT_MS + 200);
    for (const request of requests) {
      const types = (await eventsOf(bus, request)).map(({ type }) => type);
      expect(types).toEqual(['started', 'step_completed', 'completed']);
    }
  });
});
