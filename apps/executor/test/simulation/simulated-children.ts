import { isEnd, type EndEvent, type ExecutionEvent } from '@millrace/contracts';
import type { ChildExecutions } from '../../src/executions/child-executions.js';
import { childOutcome } from './outcomes.js';
import { hash } from './hash.js';
import type { SimulatedTime } from './simulated-time.js';

/** A child that was started. */
interface Child {
  readonly path: string;
  /** When it ends, in milliseconds since the epoch, and how. */
  readonly endsAt: number;
  readonly end: EndEvent;
  hasEnded: boolean;
}

/** How long children take: some are quicker than their parent can be suspended. */
const DURATIONS = [0, 1, 5, 100, 3_000, 3_600_000];

/** The executions that steps of the simulated one start, and what no executor may do with them. */
export class SimulatedChildren {
  readonly violations: string[] = [];
  readonly #children = new Map<string, Child>();

  constructor(
    private readonly seed: number,
    private readonly time: SimulatedTime,
    /** What is recorded of the parent by now. */
    private readonly events: () => readonly ExecutionEvent[],
    /** Writes into its journal that one has ended. */
    private readonly tell: (path: string, executionId: string) => void,
  ) {}

  /** When the next one ends; Infinity when none runs. */
  get nextEnd(): number {
    return Math.min(...[...this.#children.values()].map((child) => (child.hasEnded ? Infinity : child.endsAt)));
  }

  /** Ends all whose time has come. */
  endDue(): void {
    for (const [id, child] of this.#children) {
      if (child.hasEnded || child.endsAt > this.time.now) continue;
      child.hasEnded = true;
      this.tell(child.path, id);
    }
  }

  /** Those that the end of the parent has forgotten: it knows of their end, or has them cancelled. */
  get forgotten(): readonly string[] {
    const events = this.events();
    const cancelled = new Set(events.flatMap((event) => (isEnd(event) ? (event.children ?? []) : [])));
    const told = new Set(events.flatMap((event) => (event.type === 'child_ended' ? [event.execution_id] : [])));
    return [...this.#children.keys()].filter((id) => !cancelled.has(id) && !told.has(id));
  }

  /** As a process has them that time passes for. */
  of(pass: (milliseconds: number) => Promise<void>, isReplaced: () => boolean): ChildExecutions {
    return {
      admit: async (_, __, path) => {
        await pass(hash(`${this.seed}:admit:${path}`) % 5);
        return 1;
      },
      // No step of the simulation asks a model.
      toolOf: () => Promise.resolve(null),
      start: async ({ execution_id }, { path }) => {
        await pass(1);
        if (!isReplaced()) this.#check(execution_id, path);
        if (!this.#children.has(execution_id)) this.#begin(execution_id, path);
        await pass(1);
      },
      endOf: async (executionId) => {
        await pass(1);
        const child = this.#children.get(executionId);
        if (child?.hasEnded !== true) this.violations.push(`${executionId}: an end was read that is none`);
        return child?.end ?? null;
      },
      cancel: () => pass(1),
    };
  }

  #begin(id: string, path: string): void {
    const attempt = [...this.#children.values()].filter((child) => child.path === path).length + 1;
    const at = this.time.iso;
    const endsAt = this.time.now + (DURATIONS[hash(`${this.seed}:${path}:${attempt}`) % DURATIONS.length] ?? 0);
    const outcome = childOutcome(this.seed, path);
    const fails = outcome.kind === 'error' || (outcome.kind === 'flaky' && attempt <= outcome.failures);
    const end: EndEvent = fails
      ? { type: 'failed', at, error: { code: 'STEP_FAILED', message: 'No' }, path: 'inner', linked: true }
      : { type: 'completed', at, output: outcome.output, linked: true };
    this.#children.set(id, { path, endsAt, end, hasEnded: false });
    this.time.clockOf({ alive: true, paused: false }).after(endsAt - this.time.now, () => this.endDue());
  }

  #check(id: string, path: string): void {
    const waiting = this.events().flatMap((event) =>
      event.type === 'step_waiting' && event.path === path && event.child !== undefined ? [event.child] : [],
    );
    if (waiting.at(-1)?.execution_id !== id)
      this.violations.push(`${path}: an execution was started before it was recorded`);
  }
}
