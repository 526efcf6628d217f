import type { Task } from '../engine/frames.js';
import type { StepProgram } from '../steps/step-program.js';
import type { optionsOf } from './evaluation-options.js';
import type { RunContext } from './run-context.js';

/** In the place of a result: the step's `if` does not hold. */
export const SKIPPED = Symbol('skipped');

/** The program of a step and what its texts give for this attempt, or {@link SKIPPED}. Throws what evaluation throws. */
export function evaluateTask(
  context: Pick<RunContext, 'program'>,
  task: Task,
  options: ReturnType<typeof optionsOf>,
): { readonly program: StepProgram; readonly result: unknown } {
  const program = context.program.step(task.step);
  const isFirst = task.attempt === 1 && task.startedAt === null;
  const wanted = !isFirst || program.guard === null || program.guard(task.scope, options);
  return { program, result: wanted ? program.evaluate(task.scope, options) : SKIPPED };
}
