import type { ExecutionEvent } from '@millrace/contracts';
import { race, runByJumps } from '../../test/support/run-by-jumps.js';
import type { Task } from '../engine/frames.js';
import { StepFailure } from '../steps/step-failure.js';
import type { Admission, AwaitedTurn } from '../steps/step-handler.js';
import { systemClock } from '../clock.js';
import { RunTurns } from './run-turns.js';

const LOOK_MS = 60_000;

/** Has everybody wait the first time that they ask, and returns what became of that. */
class AskTwice implements Admission {
  readonly turns: AwaitedTurn[] = [];
  readonly told: string[] = [];
  readonly #asked = new Set<string>();

  constructor(private readonly patienceMs = 0) {}

  ask({ id }: { readonly id: string }): ReturnType<Admission['ask']> {
    if (this.#asked.has(id)) {
      this.told.push('begins');
      return { leave: () => void this.told.push('leaves') };
    }
    this.#asked.add(id);
    const withdraw = (): void => void this.told.push('withdraws');
    const turn = { patienceMs: this.patienceMs, lookMs: LOOK_MS, call: () => undefined, withdraw };
    this.turns.push(turn);
    return turn;
  }
}

const call = (id: string) => ({ id, type: 'http', config: { url: 'http://service.example/' } });
const wait = (id: string) => ({ id, type: 'wait', config: { duration: '1s' } });

/** Calls through this admission. */
function needs(admission: Admission, answer: () => Promise<never> | Promise<object> = () => Promise.resolve(ANSWER)) {
  const client = { request: answer as never };
  return {
    http: {
      client,
      userAgent: 'test',
      clock: systemClock,
      turns: { at: () => Object.assign(admission, { begin: () => undefined }) },
    },
  };
}
const ANSWER = { status: 200, headers: {}, body: Buffer.from('"done"') };

const typesOf = (events: readonly ExecutionEvent[]) => events.map(({ type }) => type);
const isSuspension = ({ type }: ExecutionEvent): boolean => type === 'suspended';

describe('an attempt that waits for its turn', () => {
  it('is not in the journal, which says that the execution is suspended', async () => {
    const admission = new AskTwice();
    const recorded = await runByJumps(call('a'), () => [], needs(admission));
    expect(typesOf(recorded)).toEqual(['started', 'suspended']);
    expect(recorded[1]).toMatchObject({ until: new Date(Date.parse(recorded[1]?.at ?? '') + LOOK_MS).toISOString() });
  });

  it('begins in its executor when its turn comes before its patience ends', async () => {
    const admission = new AskTwice(500);
    const run = runByJumps(call('a'), () => [], needs(admission));
    while (admission.turns.length === 0) await systemClock.yield('org_1');
    admission.turns[0]?.call();
    expect(typesOf(await run)).toEqual(['started', 'step_started', 'step_completed', 'completed']);
    expect(admission.told).toEqual(['begins', 'leaves']);
  });

  it('begins at once when its turn comes before the suspension is in the journal', async () => {
    const admission = new AskTwice();
    const called = (events: readonly ExecutionEvent[]) => {
      if (events.some(isSuspension)) admission.turns[0]?.call();
      return [];
    };
    const recorded = await runByJumps(call('a'), called, needs(admission));
    expect(typesOf(recorded)).toEqual(['started', 'step_started', 'step_completed', 'completed']);
  });

  it('does not have its execution suspended while something else of it is under way', async () => {
    const admission = new AskTwice();
    const slowly = () => new Promise<object>((resolve) => setTimeout(() => resolve(ANSWER), 50));
    const { http } = needs(admission, slowly);
    const turns = { at: (url: string) => (url.includes('other') ? undefined : http.turns.at()) };
    const other = { id: 'b', type: 'http', config: { url: 'http://other.example/' } };
    const branches = [call('a'), other].map((step) => ({ name: step.id, steps: [step] }));
    const both = { id: 'both', type: 'parallel', config: { branches } };
    const recorded = await runByJumps(both, () => [], { http: { ...http, turns } });
    expect(recorded.at(-1)?.type).toBe('completed');
    expect(recorded.filter(isSuspension)).toEqual([]);
  });

  it('has all of its time once its turn has come', async () => {
    const admission = new AskTwice(60_000);
    const called = (events: readonly ExecutionEvent[]) => {
      if (events.some((event) => event.type === 'step_completed' && event.path.endsWith('b')))
        admission.turns[0]?.call();
      return [];
    };
    const branches = [
      { name: 'waiting', steps: [{ ...call('a'), timeout: '100ms' }] },
      { name: 'other', steps: [wait('b')] },
    ];
    const recorded = await runByJumps({ id: 'both', type: 'parallel', config: { branches } }, called, needs(admission));
    expect(recorded.at(-1)?.type).toBe('completed');
    expect(admission.told).toEqual(['begins', 'leaves']);
  });

  it('leaves the line when another branch ends its parallel', async () => {
    const admission = new AskTwice();
    const recorded = await runByJumps(race([call('a')], [wait('b')]), () => [], needs(admission));
    expect(recorded.at(-1)?.type).toBe('completed');
    expect(admission.told).toEqual(['withdraws']);
  });

  it('has left when it is over, however it ends', async () => {
    const admission = new AskTwice();
    const refuse = () => Promise.reject(new StepFailure('HTTP_REQUEST_FAILED', 'refused', { retryable: false }));
    const called = () => {
      admission.turns[0]?.call();
      return [];
    };
    const recorded = await runByJumps(call('a'), called, needs(admission, refuse));
    expect(recorded.at(-1)?.type).toBe('failed');
    expect(admission.told).toEqual(['begins', 'leaves']);
  });
});

describe('a run that is suspended over such an attempt', () => {
  const task = { path: 'a', state: 'taken' } as Task;

  /** The only one that waits, of a suspended run. */
  function suspendedTurn(wakeSuspended: () => Promise<boolean>, calledBefore = false) {
    const admission = new AskTwice();
    const parts = { timers: { at: () => () => undefined }, again: () => undefined, wake: () => undefined };
    const context = { organisationId: 'org_1', executionId: 'exec_1', clock: systemClock, wakeSuspended };
    const turns = new RunTurns(context, parts);
    turns.take(task, admission);
    if (calledBefore) admission.turns[0]?.call();
    turns.suspended();
    turns.close();
    return admission;
  }

  it('has its execution woken when its turn comes', async () => {
    let woken = 0;
    const admission = suspendedTurn(() => Promise.resolve(++woken > 0));
    expect([woken, admission.told]).toEqual([0, []]);
    admission.turns[0]?.call();
    await systemClock.yield('org_1');
    expect([woken, admission.told]).toEqual([1, []]);
  });

  it('has it woken at once when its turn has come already', () => {
    let woken = 0;
    suspendedTurn(() => Promise.resolve(++woken > 0), true);
    expect(woken).toBe(1);
  });

  it.each([() => Promise.resolve(false), () => Promise.reject(new Error('away'))])(
    'gives its place on when its execution is not going to come',
    async (wake) => {
      const admission = suspendedTurn(wake);
      admission.turns[0]?.call();
      await systemClock.yield('org_1');
      expect(admission.told).toEqual(['withdraws']);
    },
  );
});

it('a retry in more than two seconds has its execution suspended', async () => {
  const admission: Admission = { ask: () => ({ leave: () => undefined }) };
  const busy = () => Promise.reject(new StepFailure('HTTP_CIRCUIT_OPEN', 'not called', { askedDelayMs: 60_000 }));
  const recorded = await runByJumps(call('a'), () => [], needs(admission, busy));
  expect(typesOf(recorded)).toEqual(['started', 'step_started', 'step_failed', 'suspended']);
  const [, , failed, suspended] = recorded;
  expect(suspended).toMatchObject({ until: failed?.type === 'step_failed' && failed.retry_at });
});
