import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { INestMicroservice } from '@nestjs/common';
import {
  AppError,
  BURST_LANE,
  FIRST_JOURNAL_LAYOUT,
  JournalEntry,
  LIMITS,
  RUN_LANES,
  RunRequested,
  VersionSnapshot,
  type RunRequest,
} from '@millrace/contracts';
import type { NatsBus } from '@millrace/messaging';
import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import { FakeHttpServer, startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { systemClock, type Clock } from '../src/clock.js';
import {
  aDelivery,
  aRequest,
  aService,
  connectClient,
  entriesOf,
  eventsAtEnd,
  eventsOf,
  queueIsEmpty,
  spawnExecutor,
  startExecutor,
  workflowOf,
} from './executor.fixture.js';

jest.setTimeout(300_000);

let nats: OwnServer;
let bus: NatsBus;
let server: FakeHttpServer;
let http: SafeHttpClient;
let stop: AbortController;
const processes = new Set<ChildProcess>();
const apps = new Set<INestMicroservice>();

beforeEach(async () => {
  stop = new AbortController();
  nats = await startNats();
  bus = await connectClient(nats.url);
  server = await FakeHttpServer.start();
  http = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });
});

afterEach(async () => {
  stop.abort();
  for (const child of processes) child.kill('SIGKILL');
  processes.clear();
  await Promise.all([...apps].map((app) => app.close()));
  apps.clear();
  await http.close();
  await bus.close();
  await server.stop();
  await nats.stop();
});

const call = { id: 'call', type: 'http', config: { url: '{{input.url}}/call' }, retry: { max_attempts: 1 } };
const say = { id: 'say', type: 'transform', config: { output: 'done' } };

const requestOf = (steps: object[]): Promise<RunRequest> => aRequest(bus, workflowOf(steps), { url: server.url });
const service = (clock: Clock = systemClock) => aService(bus, http, clock);
const delivery = (deliveryCount: number, signal = stop.signal) => aDelivery(deliveryCount, signal);

async function ask<Answer>(subject: string, question: object = {}): Promise<Answer> {
  return (await bus.connection.request(`$JS.API.${subject}`, JSON.stringify(question))).json<Answer>();
}

/** How many deliveries there were beyond the first of each message. */
async function redeliveries(messages: number): Promise<number> {
  let delivered = 0;
  for (const lane of [...Array(RUN_LANES).keys(), BURST_LANE]) {
    const info = await ask<{ delivered: { consumer_seq: number } }>(`CONSUMER.INFO.RUNS.executor-${lane}`);
    delivered += info.delivered.consumer_seq;
  }
  return delivered - messages;
}

/** Lets no journal grow beyond so many bytes; -1 for no limit. */
async function limitJournals(max_bytes: number): Promise<void> {
  for (const number of FIRST_JOURNAL_LAYOUT.generations[0]?.streams ?? []) {
    const { config } = await ask<{ config: object }>(`STREAM.INFO.JOURNAL_${number}`);
    await ask(`STREAM.UPDATE.JOURNAL_${number}`, { ...config, max_bytes, discard: max_bytes > 0 ? 'new' : 'old' });
  }
}

describe('an execution whose executors die', () => {
  it('is abandoned after so many deaths in a row, and says so', async () => {
    let executor: ChildProcess | undefined;
    let deaths = 0;
    server.on('/call', () => {
      deaths++;
      executor?.kill('SIGKILL');
      return new Promise(() => undefined);
    });
    const request = await requestOf([call]);
    await bus.publish(RunRequested, request);
    for (let death = 0; death < LIMITS.executionLostRuns; death++) {
      executor = await spawnExecutor(nats.url);
      processes.add(executor);
      await once(executor, 'exit', { signal: AbortSignal.timeout(60_000) });
    }
    processes.add(await spawnExecutor(nats.url));
    const events = await eventsAtEnd(bus, request);
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      error: { code: 'EXECUTION_ABANDONED', details: { attempts: LIMITS.executionLostRuns } },
    });
    expect(deaths).toBe(LIMITS.executionLostRuns);
    await queueIsEmpty(bus);
  });

  it('goes on after any number of deaths while each run reaches a result', async () => {
    const request = await requestOf([say]);
    const { workflow_id, version, accepted_at, trigger, input, execution_id, organisation_id } = request;
    const at = new Date().toISOString();
    const events = Array.from({ length: 2 * LIMITS.executionLostRuns }, (_, index) => [
      { type: 'resumed', at, delivery: index + 2 } as const,
      {
        type: 'step_failed',
        at,
        path: 'say',
        step_type: 'transform',
        started_at: at,
        attempt: index + 1,
        error: { code: 'X', message: 'x' },
        retry_at: at,
      } as const,
    ]).flat();
    const started = { type: 'started', at, workflow_id, version, accepted_at, trigger, input } as const;
    await bus.publish(JournalEntry, { entry_id: 'x', execution_id, organisation_id, events: [started, ...events] });
    await service().execute(request, delivery(30));
    expect((await eventsOf(bus, request)).at(-1)).toMatchObject({ type: 'completed', output: 'done' });
  });

  it('is claimed durably before anything else is done, so that a death leaves a trace', async () => {
    const request = await requestOf([say]);
    await service().execute(request, delivery(2));
    const entries = await entriesOf(bus, request);
    expect(entries.map((entry) => entry.events.map((event) => event.type))).toEqual([
      ['started'],
      ['step_completed', 'completed'],
    ]);
  });

  it('is claimed before its version is read and planned', async () => {
    const request = await requestOf([say]);
    const get = bus.snapshots.get.bind(bus.snapshots);
    const recorded: string[] = [];
    jest.spyOn(bus.snapshots, 'get').mockImplementation(async (...asked) => {
      const entries = (asked[0] as object) === VersionSnapshot ? await entriesOf(bus, request) : [];
      recorded.push(...entries.flatMap(({ events }) => events.map(({ type }) => type)));
      return get(...asked);
    });
    await service().execute(request, delivery(2));
    expect(recorded).toEqual(['started']);
  });
});

describe('what is not the fault of an execution', () => {
  it('any number of shutdowns: each says that it hands the execution over', async () => {
    server.on('/call', (_, number) =>
      number <= LIMITS.executionLostRuns + 2 ? new Promise(() => undefined) : { body: {} },
    );
    const request = await requestOf([call]);
    for (let shutdown = 1; shutdown <= LIMITS.executionLostRuns + 2; shutdown++) {
      const stopping = new AbortController();
      const running = service().execute(request, delivery(shutdown, stopping.signal));
      running.catch(() => undefined);
      await server.waitForCalls(shutdown);
      stopping.abort();
      await expect(running).rejects.toThrow('The executor is stopping');
    }
    await service().execute(request, delivery(LIMITS.executionLostRuns + 3));
    const events = await eventsOf(bus, request);
    expect(events.at(-1)).toMatchObject({ type: 'completed' });
    expect(events.filter((event) => event.type === 'resumed' && event.handed_over)).toHaveLength(
      LIMITS.executionLostRuns + 2,
    );
  });

  it('a shutdown right after a result: what was got and not yet appended is appended before', async () => {
    server.on('/hangs', () => new Promise(() => undefined));
    /** How often events began to wait for their entry, in all and before the answer of the step that ends. */
    const waits = { all: 0, before: 0 };
    server.on('/call', async () => {
      await server.waitForCalls(2);
      waits.before = waits.all;
      return { body: {} };
    });
    const hangs = { ...call, id: 'hangs', config: { url: '{{input.url}}/hangs' } };
    const both = {
      id: 'both',
      type: 'parallel',
      config: {
        branches: [
          { name: 'a', steps: [call] },
          { name: 'b', steps: [hangs] },
        ],
      },
    };
    const request = await requestOf([both]);
    const stopping = new AbortController();
    // Entries are not sent by time here, as if the shutdown came within those 50 ms.
    const clock = {
      ...systemClock,
      after: (ms: number, then: () => void) => {
        if (ms !== 50) return systemClock.after(ms, then);
        waits.all++;
        return () => undefined;
      },
    };
    const running = service(clock).execute(request, delivery(1, stopping.signal));
    running.catch(() => undefined);
    await server.waitForCalls(2);
    await waitUntil('the result to be recorded', () => waits.before > 0 && waits.all > waits.before);
    const results = async () => (await eventsOf(bus, request)).filter((event) => event.type === 'step_completed');
    expect(await results()).toEqual([]);
    stopping.abort();
    await expect(running).rejects.toThrow('The executor is stopping');
    expect(await results()).toMatchObject([{ path: expect.stringContaining('call') as string }]);
  });

  it('a reserve that is nearly used up: what has begun goes on, what was only accepted waits', async () => {
    const [accepted, begun] = [await requestOf([say]), await requestOf([say])];
    const at = new Date().toISOString();
    const { execution_id, organisation_id, workflow_id, version, accepted_at, trigger } = begun;
    const started = { type: 'started', at, workflow_id, version, accepted_at, trigger, input: {} } as const;
    await bus.publish(JournalEntry, { entry_id: 'x', execution_id, organisation_id, events: [started] });
    bus.room.refuse(new AppError('STORAGE_FULL'), true);
    try {
      for (const count of [1, 2]) {
        await expect(service().execute(accepted, delivery(count))).rejects.toMatchObject({ code: 'STORAGE_FULL' });
      }
      expect(await eventsOf(bus, accepted)).toEqual([]);
      await service().execute(begun, delivery(2));
    } finally {
      bus.room.refuse(null);
    }
    await service().execute(accepted, delivery(3));
    for (const request of [accepted, begun])
      expect((await eventsOf(bus, request)).at(-1)).toMatchObject({ type: 'completed' });
  });

  it('a journal that takes nothing: that the execution is handed over is said when it does again', async () => {
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    server.on('/call', async () => {
      await answered;
      return { body: {} };
    });
    const publish = jest.spyOn(bus, 'publish');
    const handedOver = () =>
      publish.mock.calls.findIndex(([, payload]) => JSON.stringify(payload).includes('"handed_over":true'));
    const request = await requestOf([call]);
    const running = service().execute(request, delivery(1));
    running.catch(() => undefined);
    await server.waitForCalls(1);
    await limitJournals(1);
    answer();
    await waitUntil('it to be said', () => handedOver() >= 0);
    await expect(publish.mock.results[handedOver()]?.value).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    await limitJournals(-1);
    await expect(running).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect((await eventsOf(bus, request)).at(-1)).toMatchObject({ type: 'resumed', handed_over: true });
  });

  it('a full store: what was accepted and what was under way completes once there is room', async () => {
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    server.on('/call', async (_, number) => {
      if (number === 1) await answered;
      return { body: {} };
    });
    apps.add(await startExecutor(nats.url));
    const underWay = await requestOf([call, say]);
    await bus.publish(RunRequested, underWay);
    await server.waitForCalls(1);
    await limitJournals(1);
    const accepted = await Promise.all(Array.from({ length: 12 }, () => requestOf([say])));
    for (const request of accepted) await bus.publish(RunRequested, request);
    answer();
    await waitUntil(
      'everything to be refused again and again',
      async () => (await redeliveries(accepted.length + 1)) >= 3 * accepted.length,
      40_000,
    );
    expect(await eventsOf(bus, accepted[0] as RunRequest)).toEqual([]);
    await limitJournals(-1);
    for (const request of [underWay, ...accepted]) {
      const events = await eventsAtEnd(bus, request, 40_000);
      expect(events.at(-1)).toMatchObject({ type: 'completed', output: 'done' });
    }
    const types = (await eventsOf(bus, underWay)).map((event) => event.type);
    // It is handed over, and taken over; who takes it over may be quicker.
    expect([1, 2]).toContain(types.filter((type) => type === 'resumed').length);
    expect(types.filter((type) => type !== 'resumed').join(' ')).toBe(
      'started step_started step_started step_completed step_completed completed',
    );
    await queueIsEmpty(bus);
  });
});
