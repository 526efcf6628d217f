import type { ExecutionEvent } from '@millrace/contracts';
import { planWorkflow } from '@millrace/schema';
import { systemClock, type Clock } from '../../src/clock.js';
import { stepHandlers, type HandlerNeeds } from '../../src/steps/registry.js';
import { WorkflowProgram } from '../../src/steps/step-program.js';
import { ExecutionRun } from '../../src/executions/execution-run.js';
import type { Heeding } from '../../src/executions/journal-subject.js';
import { MemoryLedger } from '../../src/executions/memory-ledger.js';

export const AT = new Date().toISOString();

/** A parallel of two branches, which ends with the first one. */
export function race(...blocks: object[][]) {
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
    return systemClock.yield('org_1');
  }

  /** Lets time pass until that has ended. */
  async passUntil<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    void work.finally(() => (isOver = true)).catch(() => undefined);
    for (;;) {
      for (let turn = 0; turn < 5; turn++) await this.yield();
      if (isOver) return await work;
      if (this.#timers.size === 0) continue;
      this.#now = Math.max(this.#now, Math.min(...this.#timers.values()));
      for (const [fire, time] of [...this.#timers]) if (time <= this.#now && this.#timers.delete(fire)) fire();
    }
  }
}

type AsidesBefore = (events: readonly ExecutionEvent[]) => ExecutionEvent[] | Promise<ExecutionEvent[]>;

/** Runs a step to its end; `asidesBefore` says what others write into the journal before these events. Returns what is in it then, of which a replay has come to the same. */
export async function runByJumps(
  step: object,
  asidesBefore: AsidesBefore = () => [],
  needs: Partial<HandlerNeeds> = {},
): Promise<ExecutionEvent[]> {
  const clock = new JumpingClock();
  const recorded: ExecutionEvent[] = [];
  const prepared = (append: (events: readonly ExecutionEvent[], heeding: Heeding) => Promise<void>) =>
    new ExecutionRun({
      organisationId: 'org_1',
      executionId: 'exec_1',
      startedAt: AT,
      seed: 'seed',
      program: new WorkflowProgram(
        planWorkflow({ name: 'x', trigger: { type: 'webhook', config: {} }, steps: [step] }),
        'Test',
        stepHandlers(needs),
      ),
      redact: null,
      sealing: null,
      scope: { input: {}, variables: {}, secrets: {}, env: {}, execution: {}, workflow: {}, trigger: {} },
      append: (events, _bytes, heeding) => append(events, heeding),
      children: {
        admit: () => Promise.resolve(1),
        toolOf: () => Promise.resolve(null),
        start: () => Promise.resolve(),
        endOf: () => Promise.resolve(null),
        cancel: () => Promise.resolve(),
      },
      clock,
      random: Math.random,
      memory: new MemoryLedger(Infinity),
      metrics: { stepEnded: () => undefined, stepRetried: () => undefined },
      onDefect: () => undefined,
    });
  const execution = prepared(async (events, heeding) => {
    const asides = await asidesBefore(events);
    heeding.heed(asides);
    recorded.push(...asides, ...heeding.permitted(events));
  });
  const of = { workflow_id: 'w', version: 1, accepted_at: AT, trigger: { type: 'api' } } as const;
  await clock.passUntil(execution.start({ type: 'started', at: AT, ...of }));
  // Whoever takes it over before its end is in the journal must come to the same; who takes over a cancelled one runs nothing.
  if (recorded.at(-1)?.type !== 'cancelled')
    await clock.passUntil(prepared(() => Promise.resolve()).resume(recorded.slice(0, -1)));
  return recorded;
}
