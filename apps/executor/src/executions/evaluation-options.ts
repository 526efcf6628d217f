import type { EvaluateOptions } from '@millrace/expression';
import type { Task } from '../engine/frames.js';
import type { RunContext } from './run-context.js';
import { randomOf } from './seeded-random.js';

type Surroundings = Pick<RunContext, 'program' | 'executionId' | 'seed'>;

/** How the texts of a step are evaluated: random numbers are the same again in each of its attempts. */
export function optionsOf(context: Surroundings, task: Task, now: number): EvaluateOptions {
  return {
    missing: context.program.plan.missing,
    now,
    random: randomOf(context, task.path),
    stepId: task.step.id,
  };
}

/** How the workflow's own `output` is evaluated. */
export function outputOptions(context: Surroundings, now: number): EvaluateOptions {
  return { missing: context.program.plan.missing, now, random: randomOf(context, '') };
}
