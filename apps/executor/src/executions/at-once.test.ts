import type { ExecutionEvent } from '@millrace/contracts';
import { planWorkflow } from '@millrace/schema';
import { systemClock, type Clock } from '../clock.js';
import { stepHandlers } from '../steps/registry.js';
import { WorkflowProgram } from '../steps/step-program.js';
import { ExecutionRun } from './execution-run.js';
import type { Heeding } from './journal-subject.js';
import { MemoryLedger } from './memory-ledger.js';

const AT = new Date().toISOString();

/** A parallel of two branches, which ends with the first one. */
function race(...blocks: object[][]) {
  const branches = blocks.map((steps, index) => ({ name: `b${index}`, steps }));
  return { id: 'race', type: 'parallel', config: { mode: 'first_success', branches } };
}

/** A clock that moves on to the next timer when nothing else is to do, and fires all that are due then in one turn. */
class JumpingClock implements Clock {
  readonly #timers = new Map<() => void, number>();
  #now = Date.parse(AT);

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const fire = (): void => callback();
    this.#timers.set(fire, this.#now + milliseconds);
    return () => void this.#timers.delete(fire);
  }

  yield(): Promise<void> {
    return systemClock.yield();
  }

  /** Lets time pass until that has ended. */
  async passUntil<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    void work.finally(() => (isOver = true)).catch(() => undefined);
    for (;;) {
      for (let turn = 0; turn < 5; turn++) await this.yield();
      if (isOver) return await work;
      this.#now = Math.max(this.#now, Math.min(...this.#timers.values()));
      for (const [fire, time] of [...this.#timers]) if (time <= this.#now && this.#timers.delete(fire)) fire();
    }
  }
}

/** Runs a step to its end; `asidesBefore` says what others write into the journal before these events. Returns what is in it then. */
async function run(
  step: object,
  asidesBefore: (events: readonly ExecutionEvent[]) => ExecutionEvent[] = () => [],
): Promise<ExecutionEvent[]> {
  const clock = new JumpingClock();
  const recorded: ExecutionEvent[] = [];
  const prepared = (append: (events: readonly ExecutionEvent[], heeding: Heeding) => void) =>
    new ExecutionRun({
      organisationId: 'org_1',
      executionId: 'exec_1',
      startedAt: AT,
      seed: 'seed',
      program: new WorkflowProgram(
        planWorkflow({ name: 'x', trigger: { type: 'webhook', config: {} }, steps: [step] }),
        'Test',
        stepHandlers({}),
      ),
      redact: null,
      sealing: null,
      scope: { input: {}, variables: {}, secrets: {}, env: {}, execution: {}, workflow: {}, trigger: {} },
      append: async (events, _bytes, heeding) => append(events, heeding),
      children: {
        admit: () => Promise.resolve(1),
        start: () => Promise.resolve(),
        endOf: () => Promise.resolve(null),
        cancel: () => Promise.resolve(),
      },
      clock,
      random: Math.random,
      memory: new MemoryLedger(Infinity),
      metrics: { stepEnded: () => undefined },
      onDefect: () => undefined,
    });
  const execution = prepared((events, heeding) => {
    const asides = asidesBefore(events);
    heeding.heed(asides);
    recorded.push(...asides, ...heeding.permitted(events));
  });
  const of = { workflow_id: 'w', version: 1, accepted_at: AT, trigger: { type: 'api' } } as const;
  await clock.passUntil(execution.start({ type: 'started', at: AT, ...of }));
  // Whoever takes it over before its end is in the journal must come to the same.
  await clock.passUntil(prepared(() => undefined).resume(recorded.slice(0, -1)));
  return recorded;
}

const endings = (recorded: readonly ExecutionEvent[]): string[] =>
  recorded.flatMap((event) => (event.type === 'step_completed' || event.type === 'step_failed' ? [event.path] : []));

const oneEnded = ['race.b0.a', 'race'];
const wait = (id: string) => ({ id, type: 'wait', config: { duration: '1s' } });

describe('of two steps of a parallel that the first one ends, the other has no result', () => {
  it('when both have waited for long enough at once', async () => {
    expect(endings(await run(race([wait('a')], [wait('b')])))).toEqual(oneEnded);
  });

  it('when both executions that they wait for have taken too long at once', async () => {
    const call = (id: string) => ({
      ...{ id, type: 'sub_workflow', config: { workflow_id: 'wf_1' } },
      ...{ timeout: '1s', on_error: 'continue' },
    });
    expect(endings(await run(race([call('a')], [call('b')])))).toEqual(oneEnded);
  });

  it('when both signals come at once', async () => {
    const listen = (id: string) => ({ id, type: 'wait', config: { signal: id } });
    const signal = (name: string): ExecutionEvent => ({ type: 'signal_received', at: AT, signal: name });
    const recorded = await run(race([listen('a')], [listen('b')]), (events) =>
      events.some(({ type }) => type === 'suspended') ? [signal('a'), signal('b')] : [],
    );
    expect(endings(recorded)).toEqual(oneEnded);
  });

  it('when both were held back by a pause', async () => {
    const say = (id: string) => ({ id, type: 'transform', config: { output: id } });
    const recorded = await run(race([wait('c'), say('a')], [wait('d'), say('b')]), (events) => {
      if (events.some((event) => event.type === 'step_started' && event.path === 'race.b1.d'))
        return [{ type: 'paused', at: AT }];
      return events.some(({ type }) => type === 'suspended') ? [{ type: 'unpaused', at: AT }] : [];
    });
    expect(endings(recorded)).toEqual(['race.b0.c', 'race.b1.d', ...oneEnded]);
  });
});
