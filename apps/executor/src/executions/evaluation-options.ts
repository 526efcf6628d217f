import { Budget, type EvaluateOptions } from '@millrace/expression';
import type { Task } from '../engine/frames.js';
import type { RunContext } from './run-context.js';
import { randomOf } from '@millrace/service-kit/seeded-random';

type Surroundings = Pick<RunContext, 'program' | 'executionId' | 'seed'>;

/**
 * Milliseconds that this process has computed: the clock of evaluations. A machine that is busy with other things must
 * not make a step fail.
 */
function computedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/**
 * How the texts of one run of a step are evaluated: its `if`, its config and, if that fails at once, its `retry_if` spend
 * from one budget. Random numbers are the same again in each of its attempts.
 */
export function optionsOf(
  context: Surroundings,
  task: Pick<Task, 'path' | 'step'>,
  now: number,
  budget: Budget = new Budget(undefined, computedMs),
): EvaluateOptions {
  return {
    missing: context.program.plan.missing,
    now,
    random: randomOf(context, task.path),
    stepId: task.step.id,
    budget,
  };
}

/** What was evaluated within its budget once is not refused when it is evaluated again, by another version or machine. */
const NO_BUDGET = { steps: Infinity, runSteps: Infinity, wallClockMs: Infinity };

/** How a loop or parallel is evaluated again whose start is recorded; `now` is the recorded one. */
export function replayOptions(context: Surroundings, task: Task, now: number): EvaluateOptions {
  return { ...optionsOf(context, task, now), budget: undefined, limits: NO_BUDGET };
}

/** How the workflow's own `output` is evaluated. */
export function outputOptions(context: Surroundings, now: number): EvaluateOptions {
  return {
    missing: context.program.plan.missing,
    now,
    random: randomOf(context, ''),
    budget: new Budget(undefined, computedMs),
  };
}
