import type { ExecutionEvent } from '@millrace/contracts';
import type { Opening, Task } from '../engine/frames.js';
import type { ExecutionMachine } from '../engine/machine.js';
import { replayEvent } from '../engine/replay.js';
import { replayOptions } from './evaluation-options.js';
import type { RunContext } from './run-context.js';

/** Pure steps run without a pause for at most this long, and so does their replay, so that heartbeats and other executions go on. */
export const SLICE_MS = 10;

/**
 * Leads a started machine to where the recorded events end. Others have their turn after each slice, and then `between` is called. Throws
 * ReplayMismatchError, and what `between` throws.
 */
export async function replayRun(
  machine: ExecutionMachine,
  events: readonly ExecutionEvent[],
  context: RunContext,
  between: () => void,
): Promise<void> {
  const { clock, sealing } = context;
  let sliceEnd = clock.now() + SLICE_MS;
  for (const recorded of events) {
    replayEvent(machine, sealing?.opened(recorded) ?? recorded, (task, at) => openingOf(context, task, at));
    if (clock.now() < sliceEnd) continue;
    await clock.yield();
    between();
    sliceEnd = clock.now() + SLICE_MS;
  }
}

/** Whether the attempt of a step that is open after the replay may have reached the outside: also where it is not known what the step does. */
export function hasBegunOutside({ program }: Pick<RunContext, 'program'>, task: Task): boolean {
  return task.container === null && task.startedAt !== null && program.reachesOutside(task.step);
}

/** Evaluates a loop or parallel as it was evaluated when its start was recorded. */
function openingOf(context: RunContext, task: Task, at: string): Opening | null {
  const program = context.program.step(task.step);
  if (program.kind !== 'container') return null;
  return program.evaluate(task.scope, replayOptions(context, task, Date.parse(at)));
}
