import { setTimeout as sleep } from 'node:timers/promises';
import type { INestMicroservice } from '@nestjs/common';
import {
  BURST_LANE,
  JournalEntry,
  laneOf,
  LIMITS,
  newId,
  RUN_LANES,
  RunRequested,
  type ExecutionEvent,
  type RunRequest,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { startNats, waitUntil, type FakeHttpServer } from '@millrace/testing';
import { ExecutorScene } from './executor-scene.js';
import {
  aRequest,
  connectClient,
  eventsAtEnd,
  eventsOf,
  publishWorkflow,
  queueIsEmpty,
  startExecution,
  startExecutor,
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

const say = { id: 'say', type: 'transform', config: { output: 'done' } };
const pause = (duration: string) => ({ id: 'pause', type: 'wait', config: { duration } });

async function suspended(request: RunRequest): Promise<ExecutionEvent> {
  return waitUntil('the suspension', async () => {
    const last = (await eventsOf(bus, request)).at(-1);
    return last?.type === 'suspended' ? last : null;
  });
}

const typesOf = (events: readonly ExecutionEvent[]) => events.map((event) => event.type);

/** Messages of the lanes that somebody works on, and messages in the streams. */
async function held(): Promise<{ unacknowledged: number; queued: number; timers: number }> {
  const ask = async <Answer>(subject: string) => (await bus.connection.request(`$JS.API.${subject}`)).json<Answer>();
  let unacknowledged = 0;
  for (const lane of [...Array(RUN_LANES).keys(), BURST_LANE])
    unacknowledged += (await ask<{ num_ack_pending: number }>(`CONSUMER.INFO.RUNS.executor-${lane}`)).num_ack_pending;
  const messages = async (stream: string) =>
    (await ask<{ state: { messages: number } }>(`STREAM.INFO.${stream}`)).state.messages;
  return { unacknowledged, queued: await messages('RUNS'), timers: await messages('TIMERS') };
}

/** When the timers that are set fire, in milliseconds since the epoch. */
async function timersSet(): Promise<number[]> {
  const last = (await bus.connection.request('$JS.API.STREAM.INFO.TIMERS')).json<{ state: { last_seq: number } }>();
  const times = Array.from({ length: last.state.last_seq }, async (_, index) => {
    const stored = await bus.connection.request('$JS.API.STREAM.MSG.GET.TIMERS', JSON.stringify({ seq: index + 1 }));
    const headers = Buffer.from(stored.json<{ message: { hdrs: string } }>().message.hdrs, 'base64').toString();
    return Date.parse(/^Nats-Schedule: @at (.+)\r$/m.exec(headers)?.[1] ?? '');
  });
  return Promise.all(times);
}

describe('a wait above two seconds', () => {
  it('is waited for without an executor, and goes on with what the execution began with', async () => {
    await scene.start();
    const after = {
      id: 'after',
      type: 'transform',
      config: { output: { at: '{{pause.output.waited_until}}', n: '{{input.n}}', id: '{{random()}}' } },
    };
    const first = { id: 'first', type: 'transform', config: { output: '{{random()}}' } };
    const request = await startExecution(bus, workflowOf([first, pause('2500ms'), after]), { n: 7 });
    const { until } = (await suspended(request)) as Extract<ExecutionEvent, { type: 'suspended' }>;
    const events = await eventsAtEnd(bus, request);
    expect(typesOf(events)).toEqual([
      'started',
      'step_completed',
      'step_waiting',
      'suspended',
      'woken',
      'step_completed',
      'step_completed',
      'completed',
    ]);
    expect(events.at(-1)).toMatchObject({ output: { at: until, n: 7 } });
    const waiting = events[2] as Extract<ExecutionEvent, { type: 'step_waiting' }>;
    expect(until).toBe(new Date(Date.parse(waiting.started_at) + 2_500).toISOString());
    await queueIsEmpty(bus);
    await waitUntil('no timer is left', async () => (await held()).timers === 0);
  });

  it('holds no slot, delivery or message, however many wait', async () => {
    await scene.start();
    const workflow = await publishWorkflow(bus, workflowOf([pause('1h'), say]));
    const waiting = Array.from({ length: 120 }, (): RunRequest => ({
      ...workflow,
      execution_id: newId('execution'),
      generation: 0,
      accepted_at: new Date().toISOString(),
      trigger: { type: 'api' },
      input: {},
    }));
    await Promise.all(waiting.map((request) => bus.publish(RunRequested, request)));
    for (const request of waiting) await suspended(request);
    await queueIsEmpty(bus);
    expect(await held()).toEqual({ unacknowledged: 0, queued: 0, timers: waiting.length });
    const other = { ...(waiting[0] as RunRequest), execution_id: newId('execution') };
    const quick = await publishWorkflow(bus, workflowOf([say]));
    await bus.publish(RunRequested, { ...other, ...quick });
    expect((await eventsAtEnd(bus, { ...other, ...quick })).at(-1)).toMatchObject({ output: 'done' });
  });
});

it('sets no more timers of an organisation for one second than others can be held up by', async () => {
  await scene.start();
  const until = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 3_600_000).toISOString();
  const workflow = await publishWorkflow(bus, workflowOf([{ id: 'pause', type: 'wait', config: { until } }]));
  for (let count = 0; count < LIMITS.wakesPerSecond + 5; count++) {
    const ids = { execution_id: newId('execution'), generation: 0, accepted_at: new Date().toISOString() };
    await bus.publish(RunRequested, { ...workflow, ...ids, trigger: { type: 'api' }, input: {} });
  }
  const times = await waitUntil('all timers', async () => {
    const set = await timersSet();
    return set.length === LIMITS.wakesPerSecond + 5 ? set : null;
  });
  expect(times.filter((time) => time === Date.parse(until)).length).toBe(LIMITS.wakesPerSecond);
  expect(Math.max(...times)).toBeGreaterThanOrEqual(Date.parse(until) + 1_000);
});

describe('messages that come late or twice', () => {
  it('change nothing: neither the first message of a suspended execution, nor a waking that is over', async () => {
    await scene.start();
    const request = await startExecution(bus, workflowOf([pause('3s'), say]));
    await suspended(request);
    await bus.publish(RunRequested, request, { messageId: `${request.execution_id}:again` });
    const events = await eventsAtEnd(bus, request);
    expect(typesOf(events).filter((type) => ['woken', 'resumed', 'step_waiting'].includes(type))).toEqual([
      'step_waiting',
      'woken',
    ]);
    for (const generation of [0, 1, 2]) {
      const late = { ...request, generation };
      await bus.publish(RunRequested, late, { messageId: `${request.execution_id}:late${generation}` });
    }
    await queueIsEmpty(bus);
    expect(await eventsOf(bus, request)).toEqual(events);
  });

  it('set the timer of a suspended execution whose executor died before it did', async () => {
    const request = await aRequest(bus, workflowOf([pause('3s'), say]));
    const at = new Date().toISOString();
    const until = new Date(Date.now() + 3_000).toISOString();
    const { execution_id, organisation_id, workflow_id, version, accepted_at, trigger, input } = request;
    const step = { path: 'pause', step_type: 'wait', started_at: at, attempt: 1, waits_for: 'time' as const };
    const events: ExecutionEvent[] = [
      { type: 'started', at, workflow_id, version, accepted_at, trigger, input },
      { type: 'step_waiting', at, ...step, until },
      { type: 'suspended', at, until },
    ];
    await bus.publish(JournalEntry, { entry_id: 'x', execution_id, organisation_id, events });
    await bus.publish(RunRequested, request);
    await scene.start();
    expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject({ type: 'completed', output: 'done' });
  });
});

it('a timer that is due is not done with before the queue has what it is for', async () => {
  await scene.start();
  const request = await startExecution(bus, workflowOf([pause('3s'), say]));
  await suspended(request);
  await queueIsEmpty(bus);
  const ask = async <Answer>(subject: string, question = ''): Promise<Answer> =>
    (await bus.connection.request(`$JS.API.${subject}`, question)).json<Answer>();
  const { config } = await ask<{ config: object }>('STREAM.INFO.RUNS');
  // The queue takes nothing.
  await ask('STREAM.UPDATE.RUNS', JSON.stringify({ ...config, max_bytes: 1 }));
  const tries = async () => (await ask<{ num_redelivered: number }>('CONSUMER.INFO.TIMERS.executor')).num_redelivered;
  await waitUntil('it is tried again', async () => (await tries()) > 0, 30_000);
  await ask('STREAM.UPDATE.RUNS', JSON.stringify(config));
  expect((await eventsAtEnd(bus, request)).at(-1)).toMatchObject({ type: 'completed', output: 'done' });
});

it('a timer that NATS has no room for is set once there is room', async () => {
  const small = await startNats({ storeBytes: 16 * 1024 * 1024 });
  const client = await connectClient(small.url);
  let executor: INestMicroservice | undefined;
  try {
    const workflow = await publishWorkflow(client, workflowOf([pause('3s'), say]));
    const at = new Date().toISOString();
    const until = new Date(Date.now() + 3_000).toISOString();
    const { execution_id, ...rest } = {
      execution_id: newId('execution'),
      accepted_at: at,
      trigger: { type: 'api' as const },
    };
    const request: RunRequest = { ...workflow, ...rest, execution_id, generation: 0, input: {} };
    const step = { path: 'pause', step_type: 'wait', started_at: at, attempt: 1, waits_for: 'time' as const };
    const { organisation_id, workflow_id, version } = workflow;
    // Its executor died before it set the timer.
    const events: ExecutionEvent[] = [
      { type: 'started', at, workflow_id, version, ...rest, input: {} },
      { type: 'step_waiting', at, ...step, until },
      { type: 'suspended', at, until },
    ];
    await client.publish(JournalEntry, { entry_id: 'x', execution_id, organisation_id, events });
    await client.publish(RunRequested, request);
    await fill(client);
    executor = await startExecutor(small.url);
    await waitUntil('the executor tries', async () => {
      const info = await client.connection.request(`$JS.API.CONSUMER.INFO.RUNS.executor-${laneOf(organisation_id)}`);
      return info.json<{ num_redelivered: number }>().num_redelivered > 0;
    });
    expect((await eventsOf(client, request)).map(({ type }) => type)).toEqual(['started', 'step_waiting', 'suspended']);
    await client.connection.request('$JS.API.STREAM.DELETE.JUNK');
    expect((await eventsAtEnd(client, request, 60_000)).at(-1)).toMatchObject({ type: 'completed', output: 'done' });
  } finally {
    await executor?.close();
    await client.close();
    await small.stop();
  }
});

/** Stores messages in a stream of its own until NATS takes no more, not even small ones. */
async function fill(client: NatsBus): Promise<void> {
  const stream = { name: 'JUNK', subjects: ['junk'], storage: 'file' };
  await client.connection.request('$JS.API.STREAM.CREATE.JUNK', JSON.stringify(stream));
  for (let size = 256 * 1024; size >= 1; size = Math.floor(size / 2)) {
    for (;;) {
      const ack = await client.connection.request('junk', 'x'.repeat(size));
      if (ack.json<{ error?: object }>().error !== undefined) break;
    }
  }
}

describe('kill -9 of executors and of NATS while executions suspend and wake', () => {
  it('loses none and repeats no step', async () => {
    const call = { id: 'call', type: 'http', config: { method: 'POST', url: '{{input.url}}/call' } };
    const steps = [
      say,
      { id: 'pause', type: 'wait', config: { duration: '{{input.pause}}' } },
      call,
      { ...pause('2500ms'), id: 'again' },
    ];
    server.on('/call', { body: {} });
    const requests: RunRequest[] = [];
    let executor = await scene.spawn();
    const replace = async () => {
      executor.kill('SIGKILL');
      executor = await scene.spawn();
    };
    for (let index = 0; index < 20; index++)
      requests.push(
        await startExecution(bus, workflowOf(steps), { url: server.url, pause: `${3_000 + 100 * index}ms` }),
      );
    await replace();
    await waitUntil('one is suspended', async () => (await held()).timers > 0);
    await replace();
    await sleep(700);
    await scene.nats.kill();
    executor.kill('SIGKILL');
    // Some are due now, and nobody is there.
    await sleep(2_000);
    await scene.nats.restart();
    executor = await scene.spawn();
    for (let round = 0; round < 4; round++) {
      await sleep(600);
      await replace();
    }
    for (const request of requests) {
      const events = await eventsAtEnd(bus, request, 90_000);
      const results = events.flatMap((event) => (event.type === 'step_completed' ? [event.path] : []));
      expect(results).toEqual(['say', 'pause', 'call', 'again']);
      expect(events.at(-1)).toMatchObject({ type: 'completed' });
      const waits = events.filter((event) => event.type === 'step_waiting');
      // Once for each time that it was suspended; the rest of a wait may be short for who comes after a kill.
      const turns = typesOf(events).filter((type) => type === 'suspended' || type === 'woken');
      const suspensions = turns.filter((type) => type === 'suspended');
      expect(turns).toEqual(suspensions.flatMap((type) => [type, 'woken']));
      const ends = events.filter((event) => event.type === 'step_completed' && event.step_type === 'wait');
      expect(ends.map((event) => ('output' in event ? event.output : null))).toEqual(
        waits.map(({ until }) => ({ waited_until: until })),
      );
      const { pause: given } = request.input as { pause: string };
      const [first] = waits;
      expect(Date.parse(first?.until ?? '') - Date.parse(first?.started_at ?? '')).toBe(Number.parseInt(given, 10));
    }
    expect(new Set(server.callsTo('/call').map(({ idempotencyKey }) => idempotencyKey))).toEqual(
      new Set(requests.map(({ execution_id }) => `${execution_id}:call`)),
    );
    await queueIsEmpty(bus);
    await waitUntil('no timer is left', async () => (await held()).timers === 0, 30_000);
  });
});
