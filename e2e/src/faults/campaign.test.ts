import type { ApprovalList, WorkflowResource } from '@millrace/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '@millrace/testing';
import { ApiClient } from '../support/api.js';
import { CountingService } from '../support/counting-service.js';
import { eventually, inParallel } from '../support/eventually.js';
import { killHard } from '../support/platform.js';
import { allReady } from '../support/readiness.js';
import { awayFor, Executors } from './faults.js';

/*
 * Executions with calls, waits, other executions and approvals, while one of three executors after another is killed, and servers are killed and away. Each
 * that was accepted completes, with one result of each step; a call is repeated only under its own key, and no more often than executors were killed.
 */

const LONG = Boolean(process.env['MILLRACE_E2E_LONG']);
/** At least. */
const EXECUTIONS = Number(process.env['MILLRACE_E2E_EXECUTIONS'] ?? (LONG ? 10_000 : 150));
/** Of which each step is one call. */
const CALLS_OF_EACH = 3;
/** What an executor has under way at most (`MILLRACE_CONCURRENCY`). */
const UNDER_WAY = 88;
const CALLERS = 4;
/** So that executions are under way during all that happens. */
const CALLER_PAUSE_MS = 250;
const PATIENCE_MS = LONG ? 20 * 60_000 : 180_000;
const SEED = Number(process.env['MILLRACE_E2E_SEED'] ?? 4_711);

/** What happens beside the kills, in this order. Executions are started until all of it has happened. */
const EVENTS: readonly (() => Promise<void>)[] = LONG
  ? [
      ...Array.from({ length: 20 }, () => nats),
      () => awayFor(['server:mongodb', 'server:mongodb/postgres'], 60_000),
      () => awayFor(['server:redis'], 60_000),
      () => awayFor(['server:nats'], 180_000),
    ]
  : [nats, () => awayFor(['server:redis'], 3_000)];

async function nats(): Promise<void> {
  killHard('server:nats');
  await allReady();
}

const api = new ApiClient();
const random = new SeededRandom(SEED);
let service: CountingService;
let executors: Executors;
let workflow: WorkflowResource;
let child: WorkflowResource;

const tell = (id: string) => ({
  id,
  type: 'http',
  config: { method: 'POST', url: `${service.url}/${id}`, body: { n: '{{input.n}}' } },
  retry: { max_attempts: 5, initial_delay: '200ms' },
});

beforeAll(async () => {
  service = await CountingService.start();
  executors = await Executors.start();
  child = await api.create({ name: 'Campaign: child', steps: [tell('inner')], output: { n: '{{input.n * 10}}' } });
  workflow = await api.create({
    name: 'Campaign',
    steps: [
      tell('first'),
      { id: 'pause', type: 'wait', config: { duration: '{{input.pause}}ms' } },
      { id: 'sub', type: 'sub_workflow', config: { workflow_id: child.id, input: { n: '{{input.n}}' } } },
      { id: 'ask', type: 'approval', if: 'input.n % 10 == 0', config: { message: 'Number {{input.n}}?' } },
      tell('last'),
    ],
    output: { n: '{{sub.output.n + 1}}' },
  });
}, 120_000);

afterAll(async () => {
  await executors?.stop();
  await service?.stop();
});

test(
  'whatever is killed and away, each execution completes, and no call is made under two keys',
  async () => {
    process.stderr.write(`faults/campaign: MILLRACE_E2E_SEED=${SEED}\n`);
    const accepted = new Map<number, string>();
    let over = false;
    let happened = 0;
    const faults = (async () => {
      for (let turn = 0; !over; turn++) {
        await sleep(LONG ? 5_000 + random.below(10_000) : 3_000);
        await executors.killOne(random);
        const event = turn % 2 === 1 ? EVENTS[happened] : undefined;
        if (event === undefined) continue;
        await event();
        happened++;
      }
    })();
    const decisions = decideWhile(() => !over);
    let next = 0;
    const caller = async () => {
      while (!over && (next < EXECUTIONS || happened < EVENTS.length)) {
        const n = next++;
        const input = { n, pause: 100 + (n % 7) * 600 };
        accepted.set(n, await acceptedId(input));
        await sleep(CALLER_PAUSE_MS);
      }
    };
    try {
      // What could not be done to a server ends the run as well.
      await Promise.race([Promise.all(Array.from({ length: CALLERS }, caller)), faults]);
      const wrong = await inParallel([...accepted], 8, async ([n, id]) => {
        const { status, output, error, steps } = await api.ended(id, PATIENCE_MS);
        const asked = n % 10 === 0 ? 'completed' : 'skipped';
        const right =
          status === 'completed' &&
          JSON.stringify(output) === JSON.stringify({ n: n * 10 + 1 }) &&
          steps.map((step) => `${step.path} ${step.status}`).join() ===
            `first completed,pause completed,sub completed,ask ${asked},last completed`;
        return right ? [] : [{ n, id, status, output, error, steps: steps.map((step) => [step.path, step.status]) }];
      });
      expect(wrong.flat()).toEqual([]);
    } finally {
      over = true;
      await Promise.all([faults, decisions]);
    }
    expect(happened).toBe(EVENTS.length);
    expect(new Set(accepted.values()).size).toBe(next);
    expectCallsOnce(next);
  },
  PATIENCE_MS * 3,
);

/** The id of an execution, started again under the same key while the platform refuses. */
async function acceptedId(input: { n: number }): Promise<string> {
  const headers = { 'idempotency-key': `campaign-${SEED}-${input.n}` };
  return eventually(
    `start ${input.n} is accepted`,
    async () => {
      const path = `/workflows/${workflow.id}/execute`;
      const { status, body } = await api.call<{ execution_id: string }>('POST', path, { json: { input }, headers });
      if (status !== 202 && status !== 503) throw new Error(`${status} ${JSON.stringify(body)}`);
      return status === 202 ? body.execution_id : undefined;
    },
    { timeoutMs: PATIENCE_MS, everyMs: 200 },
  );
}

/** Approves all that is asked. */
async function decideWhile(goesOn: () => boolean): Promise<void> {
  while (goesOn()) {
    await sleep(500);
    const list = await api.call<ApprovalList>('GET', '/approvals?status=pending&limit=50').catch(() => null);
    if (list?.status !== 200) continue;
    await inParallel(list.body.approvals, 4, async ({ id }) => {
      await api.call('POST', `/approvals/${id}/decide`, { json: { approved: true } }).catch(() => undefined);
    });
  }
}

/** One key for each step of each execution, and no more repetitions than executors were killed with calls under way. */
function expectCallsOnce(executions: number): void {
  const keys = new Map<string, Set<string>>();
  for (const { path, key, body } of service.calls) {
    const call = `${path} ${(body as { n: number }).n}`;
    keys.set(call, (keys.get(call) ?? new Set()).add(String(key)));
  }
  expect([...keys].filter(([, all]) => all.size !== 1)).toEqual([]);
  expect(keys.size).toBe(executions * CALLS_OF_EACH);
  const repeated = service.calls.length - keys.size;
  process.stderr.write(
    `faults/campaign: ${executions} executions, ${executors.kills} executors killed, ${repeated} calls repeated\n`,
  );
  expect(repeated).toBeLessThanOrEqual(executors.kills * UNDER_WAY);
}
