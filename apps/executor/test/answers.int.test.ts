import type { INestMicroservice } from '@nestjs/common';
import { ExecutionAnswered, RunRequested, type AnsweredExecution, type RunRequest } from '@millrace/contracts';
import { AllowList, SafeHttpClient } from '@millrace/service-kit/safe-http';
import type { NatsBus } from '@millrace/messaging';
import { startNats, waitUntil, type OwnServer } from '@millrace/testing';
import { systemClock } from '../src/clock.js';
import {
  aDelivery,
  aRequest,
  aService,
  connectClient,
  eventsAtEnd,
  eventsOf,
  startExecutor,
  workflowOf,
} from './executor.fixture.js';

let nats: OwnServer;
let bus: NatsBus;
let executor: INestMicroservice;
let told: AnsweredExecution[] = [];
/** What the journal had when a notice came, by execution. */
let recorded: Map<string, string[]>;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectClient(nats.url);
  executor = await startExecutor(nats.url);
  await bus.hear(ExecutionAnswered, {
    heard: (_subject, open) =>
      void open().then(async (answer) => {
        const events = await eventsOf(bus, answer as unknown as RunRequest);
        recorded.set(answer.execution_id, [...(recorded.get(answer.execution_id) ?? []), events.at(-1)?.type ?? '']);
        told.push(answer);
      }),
  });
});
beforeEach(() => {
  [told, recorded] = [[], new Map()];
});
afterAll(async () => {
  await executor?.close();
  await bus?.close();
  await nats?.stop();
});

const answersOf = ({ execution_id }: RunRequest) => told.filter((answer) => answer.execution_id === execution_id);
const untilEnded = (request: RunRequest) =>
  waitUntil('the end to be sent', () => (answersOf(request).some(({ ended }) => ended) ? answersOf(request) : null));

async function start(steps: object[], awaited: boolean, input: unknown = {}): Promise<RunRequest> {
  const request = await aRequest(bus, workflowOf(steps), input);
  const asked = awaited ? { ...request, awaited } : request;
  await bus.publish(RunRequested, asked);
  return asked;
}

const say = (id: string, body: unknown) => ({ id, type: 'respond', config: { body } });

describe('an execution that somebody waits for', () => {
  it('sends its response as soon as that is in the journal, and its end later, also after it was suspended', async () => {
    const steps = [say('answer', '{{input}}'), { id: 'later', type: 'wait', config: { duration: '3s' } }];
    const request = await start(steps, true, 'hello');
    const [first] = await waitUntil('the response', () => (answersOf(request).length > 0 ? answersOf(request) : null));
    expect(first?.response).toEqual({ status: 200, headers: {}, body: 'hello' });
    expect(first?.ended).toBe(false);
    const all = await untilEnded(request);
    // Who resumes it sends the response again.
    expect(new Set(all.flatMap(({ response }) => response?.body ?? []))).toEqual(new Set(['hello']));
    expect(all.filter(({ ended }) => ended)).toHaveLength(1);
    expect(recorded.get(request.execution_id)?.at(-1)).toBe('completed');
  });

  it('sends both at once when they are recorded together, and the first of several responses', async () => {
    const request = await start([say('first', 1), say('second', 2)], true);
    const all = await untilEnded(request);
    expect(all.flatMap(({ response }) => response?.body ?? [])).toEqual([1]);
  });

  it('reports a failure, which has no response', async () => {
    const request = await start([{ id: 'broken', type: 'transform', config: { output: '{{input.a.b}}' } }], true);
    expect((await untilEnded(request)).map(({ response }) => response)).toEqual([undefined]);
  });

  it('sends a large response whole', async () => {
    const body = 'x'.repeat(900_000);
    const request = await start([say('answer', '{{input}}')], true, body);
    const response = await waitUntil(
      'the response',
      () => answersOf(request).flatMap(({ response: one }) => one ?? [])[0],
    );
    // No comparison that would print it.
    expect(response.body === body).toBe(true);
  });

  it('is sent again by who resumes it: the executor before may have died before it did', async () => {
    const steps = [say('answer', 'again'), { id: 'call', type: 'http', config: { url: 'http://127.0.0.1:9/' } }];
    const request = { ...(await aRequest(bus, workflowOf(steps))), awaited: true };
    const client = new SafeHttpClient({ allowed: AllowList.parse('127.0.0.1') });
    const stop = new AbortController();
    // It has been recorded, and the process is gone: nothing is sent by this one, whose bus is cut off.
    const deaf = new Proxy(bus, {
      get: (target, name) => {
        if (name === 'tell') return () => Promise.resolve();
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const hanging = { request: () => new Promise<never>(() => undefined) } as unknown as SafeHttpClient;
    const dying = aService(deaf, hanging, systemClock).execute(request, aDelivery(1, stop.signal));
    await waitUntil('the response to be recorded', async () =>
      (await eventsOf(bus, request)).some(({ type }) => type === 'step_completed'),
    );
    stop.abort();
    await expect(dying).rejects.toThrow();
    expect(answersOf(request)).toEqual([]);
    await aService(bus, client).execute(request, aDelivery(2, new AbortController().signal));
    const [first] = await untilEnded(request);
    expect(first?.response?.body).toBe('again');
    await client.close();
  });
});

it('sends nothing about an execution that nobody waits for', async () => {
  const request = await start([say('answer', 'x')], false);
  await eventsAtEnd(bus, request);
  // Notices of one executor come in their order: what comes after it shows that nothing came before.
  await untilEnded(await start([say('answer', 'y')], true));
  expect(answersOf(request)).toEqual([]);
});
