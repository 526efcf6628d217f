import type { Failure } from '@millrace/contracts';
import { dataOf, type StepPlan } from '@millrace/schema';

/** What later steps can read of a step: `{{id.output}}`, `{{id.data}}`, `{{id.status}}`, `{{id.error}}`. */
export interface StepResult {
  readonly status: 'completed' | 'failed' | 'skipped';
  /** Absent for a skipped step, so that reading it says why it is missing. */
  readonly output?: unknown;
  readonly data?: unknown;
  readonly error: Failure | null;
}

/** The position of an item in its loop: `{{loop.first}}` and its like. */
export interface LoopPosition {
  readonly first: boolean;
  readonly last: boolean;
  readonly index: number;
  readonly length: number;
}

/**
 * What the expressions of one block can read. An iteration of a loop and a branch of a parallel have their own, because
 * their step results are theirs alone. Values are never changed, only replaced.
 */
export interface Scope {
  readonly input: unknown;
  readonly variables: unknown;
  readonly secrets: unknown;
  readonly env: unknown;
  readonly execution: unknown;
  readonly workflow: unknown;
  readonly trigger: unknown;
  readonly steps: Record<string, StepResult>;
  item?: unknown;
  index?: number;
  loop?: LoopPosition;
}

/** The part of a {@link Scope} that is the same in the whole execution. */
export type ScopeBase = Omit<Scope, 'steps' | 'item' | 'index' | 'loop'>;

/** A step that has no result: its branch was not taken, or its `if` was false. */
export const NOT_RUN: StepResult = { status: 'skipped', error: null };

/** The result of a step with an output; what `data` is of it, the step's definition says. */
export function completedResult(step: StepPlan, output: unknown): StepResult {
  return { status: 'completed', output, data: dataOf(step.type, output), error: null };
}

/** The result of a step that failed and let the execution go on. */
export function failedResult(error: Failure): StepResult {
  return { status: 'failed', output: null, data: null, error };
}

/** The scope of a nested block. It copies the results that there are now: outer steps do not run while a nested block does. */
export function nestedScope(outer: Scope): Scope {
  return { ...outer, steps: { ...outer.steps } };
}

/** Forgets the results of the block's own steps, as before their first run. */
export function resetSteps(scope: Scope, steps: readonly StepPlan[]): void {
  for (const step of steps) scope.steps[step.id] = NOT_RUN;
}
