import type { ExecutionEvent } from '@millrace/contracts';
import { planWorkflow } from '@millrace/schema';
import { systemClock, type Clock } from '../clock.js';
import { stepHandlers, type HandlerNeeds } from '../steps/registry.js';
import { WorkflowProgram } from '../steps/step-program.js';
import { ExecutionRun } from './execution-run.js';
import type { Heeding } from './journal-subject.js';
import { MemoryLedger } from './memory-ledger.js';

const AT = new Date().toISOString();
const ASKED: ExecutionEvent = { type: 'cancel_requested', at: AT };

/** Runs steps to their end; `beforeAppend` may let the run heed that it is to be cancelled. Returns the recorded events. */
async function run(
  steps: object[],
  beforeAppend: (events: readonly ExecutionEvent[], heeding: Heeding) => Promise<void> | void,
  { clock = systemClock, needs = {} }: { clock?: Clock; needs?: Partial<HandlerNeeds> } = {},
): Promise<ExecutionEvent[]> {
  const recorded: ExecutionEvent[] = [];
  const plan = planWorkflow({ name: 'x', trigger: { type: 'webhook', config: {} }, steps });
  const execution = new ExecutionRun({
    organisationId: 'org_1',
    executionId: 'exec_1',
    startedAt: AT,
    seed: 'seed',
    program: new WorkflowProgram(plan, 'Test', stepHandlers(needs)),
    redact: null,
    sealing: null,
    scope: { input: {}, variables: {}, secrets: {}, env: {}, execution: {}, workflow: {}, trigger: {} },
    append: async (events, _bytes, heeding) => {
      await beforeAppend(events, heeding);
      recorded.push(...heeding.permitted(events));
    },
    clock,
    random: Math.random,
    memory: new MemoryLedger(Infinity),
    metrics: { stepEnded: () => undefined, stepRetried: () => undefined },
    onDefect: () => undefined,
  });
  const of = { workflow_id: 'w', version: 1, accepted_at: AT, trigger: { type: 'api' } } as const;
  const last = await execution.start({ type: 'started', at: AT, ...of });
  for (let turn = 0; turn < 5; turn++) await clock.yield('org_1');
  expect(recorded.at(-1)).toBe(last);
  return recorded;
}

it('stops in the middle of steps that need nobody’s answer', async () => {
  const each = (id: string, items: number, step: object) => ({
    id,
    type: 'loop',
    config: { items: `{{range(0, ${items})}}`, steps: [step] },
  });
  const one = { id: 'one', type: 'transform', config: { output: 1 } };
  // More than the journal may be behind, so that it is asked before they are done.
  const recorded = await run([each('outer', 500, each('inner', 100, one))], (_events, heeding) =>
    heeding.heed([ASKED]),
  );
  const ran = recorded.filter(({ type }) => type === 'step_completed').length;
  expect(recorded.at(-1)).toEqual({ type: 'cancelled', at: expect.any(String) as string });
  expect(ran).toBeLessThan(500 * 100);
});

it('neither completes nor fails when it was asked before that was recorded', async () => {
  const say = { id: 'say', type: 'transform', config: { output: 1 } };
  const wrong = { id: 'wrong', type: 'transform', config: { output: '{{input.absent.deeper}}' } };
  for (const step of [say, wrong]) {
    const recorded = await run([step], (_events, heeding) => heeding.heed([ASKED]));
    expect(recorded.map(({ type }) => type)).toEqual([
      'started',
      step === say ? 'step_completed' : 'step_failed',
      'cancelled',
    ]);
  }
});

it('records nothing after its end, whatever is due until that is stored', async () => {
  const timers = new Set<() => void>();
  let ahead = 0;
  const clock: Clock = {
    now: () => Date.now() + ahead,
    after: (_milliseconds, callback) => {
      timers.add(callback);
      return () => void timers.delete(callback);
    },
    yield: () => systemClock.yield('org_1'),
  };
  const fireAll = (): void => {
    for (const fire of [...timers]) {
      timers.delete(fire);
      fire();
    }
  };
  const retry = { max_attempts: 9, backoff: 'constant', initial_delay: '1m', jitter: false, retry_if: 'true' };
  const wrong = { id: 'wrong', type: 'transform', config: { output: '{{input.absent.deeper}}' }, retry };
  setImmediate(fireAll);
  const recorded = await run(
    [wrong],
    async (events, heeding) => {
      heeding.heed([ASKED]);
      if (!events.some(({ type }) => type === 'cancelled')) return;
      ahead = 2 * 60 * 60 * 1_000;
      // The next attempt is due, and then whatever was to be written a little later.
      fireAll();
      fireAll();
      await clock.yield('org_1');
    },
    { clock },
  );
  expect(recorded.map(({ type }) => type)).toEqual(['started', 'step_failed', 'cancelled']);
});

it('names what had begun and may have reached the outside, which code does not', async () => {
  const called: string[] = [];
  let heeding: Heeding | undefined;
  const never = (what: string) => () => {
    // It is asked when both are under way.
    if (called.push(what) === 2) setImmediate(() => heeding?.heed([ASKED]));
    return new Promise<never>(() => undefined);
  };
  const needs = {
    code: { threads: { run: never('code') } },
    http: { client: { request: never('http') }, userAgent: 'test', clock: systemClock },
  } as unknown as Partial<HandlerNeeds>;
  const call = { id: 'call', type: 'http', config: { url: 'http://example.test/' } };
  const compute = { id: 'compute', type: 'code', config: { source: 'for (;;);' } };
  const branches = [
    { name: 'calls', steps: [call] },
    { name: 'computes', steps: [compute] },
  ];
  const both = { id: 'both', type: 'parallel', config: { branches } };
  const recorded = await run([both], (_events, its) => void (heeding = its), { needs });
  expect(called.sort()).toEqual(['code', 'http']);
  expect(recorded.at(-1)).toMatchObject({ in_flight: [{ path: 'both.calls.call', step_type: 'http' }] });
});
