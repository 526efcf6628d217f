import { randomUUID } from 'node:crypto';
import {
  ExecutionNudged,
  JournalEntry,
  newId,
  RunRequested,
  type ExecutionEvent,
  type RunRequest,
} from '@millrace/contracts';
import { TOPOLOGY, WrongSequenceError, type NatsBus, type Topology } from '@millrace/messaging';
import { waitUntil, type FakeHttpServer } from '@millrace/testing';
import { ExecutorScene } from './executor-scene.js';
import {
  aRequest,
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

/**
 * A journal layout is promised for so long ahead: a growth takes effect after that. The time to acknowledge is the real one: an executor in this process
 * that pauses for a second, on a busy machine, is not to be taken for dead. One that is killed is a process of its own, with its own time.
 */
const own: Topology = { ...TOPOLOGY, journalDecisionMs: 500 };

beforeEach(async () => {
  scene = await ExecutorScene.open(own);
  ({ bus, server } = scene);
  server.on('/done', { body: { ok: true } });
  // Without a response, so that only the request to cancel can end it.
  server.on('/hangs', () => new Promise(() => undefined));
});

afterEach(() => scene.close());

const call = (id: string, path = `/${id}`) => ({
  id,
  type: 'http',
  config: { method: 'POST', url: `${server.url}${path}` },
  retry: { max_attempts: 1 },
});

/** Writes into the journal what history does for an execution that runs; nothing when it has ended. */
async function requestCancel(request: RunRequest, { nudges = true } = {}): Promise<void> {
  const { execution_id, organisation_id } = request;
  const asked: ExecutionEvent = {
    type: 'cancel_requested',
    at: new Date().toISOString(),
    by: 'tok_1',
    reason: 'enough',
  };
  const sequence = await waitUntil('the request is in the journal', async () => {
    const last = await bus.lastOnSubject(JournalEntry, request);
    const { generation } = last?.payload ?? {};
    const entry = {
      entry_id: `cancel:${randomUUID()}`,
      execution_id,
      organisation_id,
      events: [asked],
      ...(generation === undefined ? {} : { generation }),
    };
    const options = { expectLastSequence: last?.sequence ?? 0, continues: true };
    return bus.publish(JournalEntry, entry, options).then(
      (stored) => stored.sequence,
      () => null,
    );
  });
  if (nudges) await bus.publish(ExecutionNudged, { execution_id, organisation_id, journal_sequence: sequence });
}

const typesOf = (events: readonly ExecutionEvent[]) => events.map((event) => event.type);
const CANCELLED = { type: 'cancelled', by: 'tok_1', reason: 'enough' };
const HANGS = { in_flight: [{ path: 'hangs', step_type: 'http' }], in_flight_total: 1 };

describe('an execution that is to be cancelled', () => {
  it.each([
    ['at once, since it is nudged', true],
    ['although the nudge was lost', false],
  ])('ends %s: what is in flight is aborted and named, and nothing more begins', async (_, nudges) => {
    await scene.start();
    const request = await startExecution(bus, workflowOf([call('done'), call('hangs'), call('after', '/done')]));
    await server.waitForCalls(2);
    await requestCancel(request, { nudges });
    const events = await eventsAtEnd(bus, request, 60_000);
    expect(typesOf(events)).toEqual([
      'started',
      'step_started',
      'step_completed',
      'step_started',
      'cancel_requested',
      'cancelled',
    ]);
    expect(events.at(-1)).toEqual({ ...CANCELLED, ...HANGS, at: events.at(-1)?.at });
    await queueIsEmpty(bus);
    expect(server.calls).toHaveLength(2);
  });

  it('keeps what was recorded while the request came, and ends in that order', async () => {
    await scene.start();
    const answer: { send?: () => void } = {};
    server.on('/slow', () => new Promise((resolve) => (answer.send = () => resolve({ body: { ok: true } }))));
    const request = await startExecution(bus, workflowOf([call('slow'), call('after', '/done')]));
    await server.waitForCalls(1);
    // Not nudged: its next append finds it, with the result.
    await requestCancel(request, { nudges: false });
    answer.send?.();
    const events = await eventsAtEnd(bus, request, 60_000);
    const [, , asked, ...rest] = typesOf(events);
    expect(asked).toBe('cancel_requested');
    expect(rest.at(-1)).toBe('cancelled');
    // In five seconds it would have looked by itself; on a slow machine that may have been first.
    const heard = rest.includes('step_completed') ? {} : { in_flight_total: 1 };
    expect(events.at(-1)).toMatchObject({ ...CANCELLED, ...heard });
    await queueIsEmpty(bus);
    expect(server.calls).toHaveLength(1);
  });

  it('is not completed any more, although all of its steps have their results', async () => {
    await scene.start();
    const answer: { send?: () => void } = {};
    server.on('/slow', () => new Promise((resolve) => (answer.send = () => resolve({ body: { ok: true } }))));
    const request = await startExecution(bus, workflowOf([call('slow')]));
    await server.waitForCalls(1);
    await requestCancel(request, { nudges: false });
    answer.send?.();
    const events = await eventsAtEnd(bus, request, 60_000);
    expect(events.at(-1)).toMatchObject(CANCELLED);
    expect(events.filter(({ type }) => type === 'completed')).toEqual([]);
    await queueIsEmpty(bus);
  });

  it('is cancelled by the next executor when its own was killed, which begins nothing again', async () => {
    const executor = await scene.spawn();
    const request = await startExecution(bus, workflowOf([call('hangs'), call('after', '/done')]));
    await server.waitForCalls(1);
    executor.kill('SIGKILL');
    await requestCancel(request);
    await scene.spawn();
    const events = await eventsAtEnd(bus, request, 60_000);
    expect(typesOf(events)).toEqual(['started', 'step_started', 'cancel_requested', 'resumed', 'cancelled']);
    expect(events.at(-1)).toEqual({ ...CANCELLED, ...HANGS, at: events.at(-1)?.at });
    await queueIsEmpty(bus);
    expect(server.calls).toHaveLength(1);
  });

  it('is cancelled by the next executor when its own was shut down', async () => {
    const request = await aRequest(bus, workflowOf([call('hangs')]));
    const first = await scene.start({ graceMs: 50 });
    await bus.publish(RunRequested, request);
    await server.waitForCalls(1);
    await scene.shutDown(first);
    await requestCancel(request);
    await scene.start();
    expect((await eventsAtEnd(bus, request, 60_000)).at(-1)).toMatchObject({ ...CANCELLED, ...HANGS });
    await queueIsEmpty(bus);
  });

  it('names no code that ran when its executor was lost: that reaches nothing outside', async () => {
    const first = await scene.start({ graceMs: 50 });
    const code = { id: 'compute', type: 'code', config: { source: 'for (;;);' } };
    const branches = [
      { name: 'calls', steps: [call('hangs')] },
      { name: 'computes', steps: [code] },
    ];
    const request = await startExecution(bus, workflowOf([{ id: 'both', type: 'parallel', config: { branches } }]));
    await server.waitForCalls(1);
    await waitUntil('both have begun', async () => {
      const events = await eventsOf(bus, request);
      return events.filter(({ type }) => type === 'step_started').length === 3;
    });
    await scene.shutDown(first);
    await requestCancel(request);
    await scene.start();
    const in_flight = [{ path: 'both.calls.hangs', step_type: 'http' }];
    const end = (await eventsAtEnd(bus, request, 60_000)).at(-1);
    expect(end).toMatchObject({ ...CANCELLED, in_flight, in_flight_total: 1 });
    await queueIsEmpty(bus);
  });

  it('finds its journal where it was begun, after the journal has grown', async () => {
    await scene.start();
    const request = await startExecution(bus, workflowOf([call('hangs')]));
    await server.waitForCalls(1);
    const { generations } = await bus.journalStreams.grow(8);
    const from = generations[1]?.from ?? Infinity;
    await waitUntil('the new layout is in use', () => Date.now() > from);
    // Begun under the new layout, so that this process knows it too.
    const later = await startExecution(bus, workflowOf([call('done')]));
    expect((await eventsAtEnd(bus, later)).at(-1)).toMatchObject({ type: 'completed' });
    await requestCancel(request);
    expect((await eventsAtEnd(bus, request, 60_000)).at(-1)).toMatchObject({ ...CANCELLED, ...HANGS });
  });
});

describe('an execution that history has ended', () => {
  /** In one entry, as nobody runs it. */
  const end = (): ExecutionEvent[] => {
    const at = new Date().toISOString();
    return [
      { type: 'cancel_requested', at },
      { type: 'cancelled', at },
    ];
  };

  it('before any executor took it is never begun', async () => {
    const request = await aRequest(bus, workflowOf([call('done')]));
    const { execution_id, organisation_id, workflow_id, version, accepted_at, trigger } = request;
    await bus.publish(RunRequested, request);
    const started: ExecutionEvent = { type: 'started', at: accepted_at, workflow_id, version, accepted_at, trigger };
    const entry = { entry_id: 'cancel:1', execution_id, organisation_id, events: [started, ...end()] };
    await bus.publish(JournalEntry, entry, { expectLastSequence: 0 });
    await scene.start();
    await queueIsEmpty(bus);
    expect(typesOf(await eventsOf(bus, request))).toEqual(['started', 'cancel_requested', 'cancelled']);
    expect(server.calls).toEqual([]);
  });

  it('while it was suspended is not woken', async () => {
    await scene.start();
    const waiting = (id: string, duration: string) => ({ id, type: 'wait', config: { duration } });
    const [long, short] = [
      await publishWorkflow(bus, workflowOf([waiting('long', '30s'), call('done')])),
      await publishWorkflow(bus, workflowOf([waiting('short', '3s'), call('done')])),
    ];
    const requests = Array.from({ length: 20 }, (_, number): RunRequest => ({
      ...(number % 2 === 0 ? long : short),
      execution_id: newId('execution'),
      generation: 0,
      accepted_at: new Date().toISOString(),
      trigger: { type: 'api' },
      input: {},
    }));
    for (const request of requests) await bus.publish(RunRequested, request);
    const cancelled: RunRequest[] = [];
    for (const request of requests.filter((_, number) => number % 2 === 0)) {
      const last = await waitUntil('the suspension', async () => {
        const stored = await bus.lastOnSubject(JournalEntry, request);
        const type = stored?.payload.events.at(-1)?.type;
        return type === 'suspended' || type === 'completed' ? { ...stored, type } : null;
      });
      // On a machine that is slow enough it was woken before it was looked at.
      if (last.type !== 'suspended') continue;
      const { execution_id, organisation_id } = request;
      const entry = { entry_id: 'cancel:1', execution_id, organisation_id, events: end() };
      try {
        await bus.publish(JournalEntry, entry, { expectLastSequence: last.sequence });
        cancelled.push(request);
      } catch (error) {
        // It was woken meanwhile.
        if (!(error instanceof WrongSequenceError)) throw error;
      }
    }
    for (const request of requests) {
      const events = await eventsAtEnd(bus, request, 60_000);
      const isCancelled = cancelled.includes(request);
      expect(events.at(-1)?.type).toBe(isCancelled ? 'cancelled' : 'completed');
      expect(events.filter(({ type }) => type === 'woken')).toHaveLength(isCancelled ? 0 : 1);
    }
    await queueIsEmpty(bus);
    await waitUntil(
      'no timer is left',
      async () => {
        const reply = await bus.connection.request('$JS.API.STREAM.INFO.TIMERS');
        return reply.json<{ state: { messages: number } }>().state.messages === 0;
      },
      60_000,
    );
    for (const request of cancelled) expect((await entriesOf(bus, request)).at(-1)?.entry_id).toBe('cancel:1');
    expect(server.calls).toHaveLength(requests.length - cancelled.length);
  });
});
