import type { EvaluateOptions } from '@millrace/expression';
import type { Task } from '../engine/frames.js';
import type { RunContext } from './run-context.js';
import { seededRandom } from './seeded-random.js';

type Surroundings = Pick<RunContext, 'program' | 'executionId'>;

/** How the texts of a step are evaluated: random numbers are the same again in each of its attempts. */
export function optionsOf(context: Surroundings, task: Task, now: number): EvaluateOptions {
  return {
    missing: context.program.plan.missing,
    now,
    random: seededRandom(context.executionId, task.path),
    stepId: task.step.id,
  };
}

/** How the workflow's own `output` is evaluated. */
export function outputOptions(context: Surroundings, now: number): EvaluateOptions {
  return { missing: context.program.plan.missing, now, random: seededRandom(context.executionId, '') };
}
