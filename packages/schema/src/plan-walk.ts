import type { BlockPlan, StepPlan } from './plan.js';
import { marksOf } from './step-marks.js';

/** What became of a step, as far as the way through its block depends on it. */
export interface StepOutcome {
  readonly status: 'completed' | 'failed' | 'skipped';
  /** The branch that a condition or switch took. */
  readonly branch?: string | undefined;
}

/** The way from the beginning of a block to one of its steps. */
export interface PlanWalk {
  /** The steps before it, in the order in which they are reached. */
  readonly before: readonly StepPlan[];
  /** Those that may run from it on, itself included, by position. */
  readonly after: readonly StepPlan[];
}

/** Why a walk does not get to its step. */
export interface StoppedWalk {
  /** The step on the way of which no outcome is known; null when the way leads past the step that it was to lead to. */
  readonly stoppedAt: StepPlan | null;
}

/**
 * Follows a block by what is known of its steps up to the one named `target`, as the executor would. `outcomeOf` is asked for each step on the
 * way; it returns null for one of which nothing is known.
 */
export function walkTo(
  block: BlockPlan,
  target: string,
  outcomeOf: (step: StepPlan) => StepOutcome | null,
): PlanWalk | StoppedWalk {
  const before: StepPlan[] = [];
  let pending: readonly number[] = [];
  let position = block.entry;
  while (position !== null) {
    const step = block.steps[position];
    if (step === undefined) break;
    if (step.id === target) return { before, after: reachableFrom(block, [position, ...pending]) };
    const outcome = outcomeOf(step);
    if (outcome === null) return { stoppedAt: step };
    before.push(step);
    const next = nextOf(step, outcome, pending);
    if (next === null) break;
    [position, pending] = [next.position, next.pending];
  }
  return { stoppedAt: null };
}

/** Where a block goes on after a step, and what is left of branches then; null where the block ends by a failure or a `stop`. */
function nextOf(
  step: StepPlan,
  { status, branch }: StepOutcome,
  pending: readonly number[],
): { readonly position: number | null; readonly pending: readonly number[] } | null {
  if (status === 'failed') {
    if (step.onError.kind === 'fail') return null;
    if (step.onError.kind === 'goto') return { position: step.onError.target, pending: [] };
  } else if (status === 'completed') {
    if (marksOf(step.type).endsExecution) return null;
    const targets = branch === undefined ? undefined : step.branches?.[branch];
    const [first, ...rest] = targets ?? [];
    if (first !== undefined) return { position: first, pending: [...rest, ...pending] };
  }
  if (step.explicitNext !== undefined) return { position: step.explicitNext, pending: [] };
  const [waiting, ...rest] = pending;
  return waiting === undefined ? { position: step.successor, pending } : { position: waiting, pending: rest };
}

/** Every step that may run from these positions on. */
function reachableFrom(block: BlockPlan, positions: readonly number[]): StepPlan[] {
  const reached = new Set<number>();
  const open = [...positions];
  for (let position = open.pop(); position !== undefined; position = open.pop()) {
    const step = block.steps[position];
    if (step === undefined || reached.has(position)) continue;
    reached.add(position);
    for (const next of [
      step.explicitNext,
      step.successor,
      step.onError.kind === 'goto' ? step.onError.target : null,
      ...Object.values(step.branches ?? {}).flat(),
    ])
      if (next !== null && next !== undefined) open.push(next);
  }
  return [...reached].sort((a, b) => a - b).flatMap((position) => block.steps[position] ?? []);
}
