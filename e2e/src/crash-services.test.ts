import type { EventSubscriptionWithSecret, ExecutionList, WorkflowResource } from '@millrace/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeHttpServer, pauseProcess } from '@millrace/testing';
import { ApiClient, apiBase, type Answer } from './support/api.js';
import { CountingService } from './support/counting-service.js';
import { eventually, inParallel } from './support/eventually.js';
import { killHard, processIds } from './support/platform.js';
import { allReady } from './support/readiness.js';

/*
 * A stream of webhook calls runs while one process after another is killed. Whatever got 202 must complete
 * exactly once, be readable, and be announced to who has subscribed; whatever was not got an error.
 */

/** The processes that are killed; the third party behind the database only where there is one. */
const victims = (): string[] => [
  'service:history',
  'service:definitions',
  'service:webhook-dispatcher',
  'service:scheduler',
  'service:email-ingest',
  'service:gateway',
  'service:executor',
  ...Object.keys(processIds()).filter((name) => name.startsWith('server:')),
];

const api = new ApiClient();
let service: CountingService;
let receiver: FakeHttpServer;
let subscription: EventSubscriptionWithSecret;
let workflow: WorkflowResource;

beforeAll(async () => {
  [service, receiver] = await Promise.all([CountingService.start(), FakeHttpServer.start()]);
  receiver.on('/told', { status: 204 });
  workflow = await api.create({
    name: 'Stream',
    trigger: { type: 'webhook' },
    steps: [
      { id: 'double', type: 'transform', config: { output: '{{input.n * 2}}' } },
      { id: 'tell', type: 'http', config: { method: 'POST', url: `${service.url}/tell`, body: { n: '{{input.n}}' } } },
    ],
    output: { double: '{{double.output}}' },
  });
  const json = { url: `${receiver.url}/told`, events: ['execution.completed'], workflow_id: workflow.id };
  subscription = await api.expect(201, 'POST', '/event-subscriptions', { json });
});
afterAll(async () => {
  if (subscription !== undefined) await api.call('DELETE', `/event-subscriptions/${subscription.id}`);
  await Promise.all([service?.stop(), receiver?.stop()]);
});

/** Callers that send numbered webhook calls, and note what they got. */
class Callers {
  readonly accepted = new Map<number, string>();
  readonly refused: string[] = [];
  #next = 0;
  #stopped = false;
  readonly #running: Promise<void>[];

  constructor(
    private readonly url: string,
    width: number,
  ) {
    this.#running = Array.from({ length: width }, () => this.#run());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const n = this.#next++;
      try {
        const answer = await fetch(this.url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ n }),
          signal: AbortSignal.timeout(30_000),
        });
        const body = (await answer.json()) as { execution_id?: string; error?: { code: string } };
        if (answer.status === 202 && body.execution_id) this.accepted.set(n, body.execution_id);
        else this.refused.push(`${answer.status} ${body.error?.code}`);
      } catch (error) {
        this.refused.push(String((error as { cause?: unknown }).cause ?? error));
      }
      await sleep(40);
    }
  }
}

describe('with one process after another killed under a stream of webhook calls', () => {
  let callers: Callers;
  beforeAll(() => {
    callers = new Callers(`${apiBase()}${ApiClient.webhookPath(workflow)}`, 2);
  });
  afterAll(() => callers.stop());

  it.each(victims())('%s comes back by itself, and the other processes keep running', async (victim) => {
    const before = processIds();
    const answered = () => callers.accepted.size;
    const start = answered();
    await eventually('the stream flows', () => answered() > start + 5 || undefined);
    killHard(victim);
    const after = await eventually(`${victim} has a new process`, () => {
      const now = processIds();
      return now[victim] !== undefined && now[victim] !== before[victim] ? now : undefined;
    });
    await allReady();
    const recovered = answered();
    await eventually('calls are accepted again', () => answered() > recovered + 5 || undefined, {
      lastSeen: () => callers.refused.slice(-3),
    });
    // A server of two processes is started again as a whole.
    const part = victim.split('/')[0]!;
    const others = (ids: Record<string, number>) => Object.entries(ids).filter(([name]) => !name.startsWith(part));
    expect(others(after)).toEqual(others(before));
    expect(others(processIds())).toEqual(others(before));
  });

  it('every call that got 202 has completed exactly once, and can be read', async () => {
    await callers.stop();
    const accepted = [...callers.accepted];
    expect(accepted.length).toBeGreaterThan(victims().length * 10);
    expect(new Set(accepted.map(([, id]) => id)).size).toBe(accepted.length);
    const wrong = await inParallel(accepted, 8, async ([n, id]) => {
      const execution = await api.ended(id, 110_000);
      const steps = execution.steps.map((step) => `${step.path} ${step.status}`);
      const right =
        execution.status === 'completed' &&
        JSON.stringify([execution.input, execution.output]) === JSON.stringify([{ n }, { double: n * 2 }]) &&
        steps.join() === 'double completed,tell completed';
      return right ? [] : [{ n, id, status: execution.status, error: execution.error, steps }];
    });
    expect(wrong.flat()).toEqual([]);
    const keys = new Map<number, Set<string | undefined>>();
    for (const call of service.calls) {
      const { n } = call.body as { n: number };
      keys.set(n, (keys.get(n) ?? new Set()).add(call.key));
    }
    const underOtherKeys = accepted.filter(([n, id]) => [...(keys.get(n) ?? [])].join() !== `${id}:tell`);
    expect(underOtherKeys).toEqual([]);
  });

  it('who has subscribed is notified of each of them, under one id each', async () => {
    const told = new Map<string, Set<string>>();
    await eventually(
      'all are announced',
      () => {
        for (const { body, headers } of receiver.callsTo('/told')) {
          const { data } = JSON.parse(body) as { data: { execution_id: string } };
          told.set(data.execution_id, (told.get(data.execution_id) ?? new Set()).add(String(headers['webhook-id'])));
        }
        return [...callers.accepted.values()].every((id) => told.has(id)) || undefined;
      },
      { timeoutMs: 110_000, everyMs: 500 },
    );
    expect([...told].filter(([, ids]) => ids.size !== 1)).toEqual([]);
  });

  it('the list has each of them once', async () => {
    const ids = new Set(callers.accepted.values());
    await eventually(
      'all are listed',
      async () => {
        const listed: string[] = [];
        for (let query = 'limit=100'; ;) {
          const page = await api.expect<ExecutionList>(200, 'GET', `/workflows/${workflow.id}/executions?${query}`);
          listed.push(...page.executions.map((execution) => execution.id));
          if (page.next_cursor === null) break;
          query = `limit=100&starting_after=${page.next_cursor}`;
        }
        expect(listed.length).toBe(new Set(listed).size);
        const missing = [...ids].filter((id) => !listed.includes(id));
        if (missing.length > 0)
          throw new Error(`${missing.length} of ${ids.size} are not listed, such as ${missing[0]}`);
        return true;
      },
      { timeoutMs: 110_000, everyMs: 500 },
    );
  });
});

it('while NATS stores nothing, no call is confirmed as accepted', async () => {
  const nats = processIds()['server:nats']!;
  const calls = [`/workflows/${workflow.id}/execute`, ApiClient.webhookPath(workflow)];
  const told: number[] = [];
  // Once before, so that everything that can be known without NATS is known.
  for (const path of calls) await api.expect(202, 'POST', path, { json: { input: { n: -1 } } });
  await pauseProcess(nats);
  let answers: Promise<Answer<{ execution_id: string }>>[];
  try {
    answers = calls.map(async (path) => {
      const answer = await api.call<{ execution_id: string }>('POST', path, { json: { input: { n: -1 } } });
      told.push(answer.status);
      return answer;
    });
    // Long enough for an answer that waits for nothing.
    await sleep(1_500);
    expect(told).not.toContain(202);
  } finally {
    process.kill(nats, 'SIGCONT');
  }
  for (const { status, body } of await Promise.all(answers)) {
    expect([202, 503]).toContain(status);
    if (status === 202) await api.ended(body.execution_id);
  }
  await allReady();
});
