import type { ExecutionEvent } from '@millrace/contracts';
import { lackedFile } from '@millrace/service-kit/expression-files';
import type { Opening, Task } from '../engine/frames.js';
import type { ExecutionMachine } from '../engine/machine.js';
import { replayEvent } from '../engine/replay.js';
import { FileContents } from '../files/file-contents.js';
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
  const { clock, organisationId, sealing } = context;
  let sliceEnd = clock.now() + SLICE_MS;
  const contents = new FileContents(context);
  for (const recorded of events) {
    const event = sealing?.opened(recorded) ?? recorded;
    // Its items are evaluated before the machine gets it.
    const found = openingAt(machine, event, context, contents);
    const opening = found instanceof Promise ? await found : found;
    replayEvent(machine, event, () => opening);
    if (clock.now() < sliceEnd) continue;
    await clock.yield(organisationId);
    between();
    sliceEnd = clock.now() + SLICE_MS;
  }
}

/** Whether the attempt of a step that is open after the replay may have reached the outside: also where it is not known what the step does. */
export function hasBegunOutside({ program }: Pick<RunContext, 'program'>, task: Task): boolean {
  return task.container === null && task.startedAt !== null && program.reachesOutside(task.step);
}

/** Evaluates a loop or parallel as it was evaluated when its start was recorded; null for any other event. */
function openingAt(
  machine: ExecutionMachine,
  event: ExecutionEvent,
  context: RunContext,
  contents: FileContents,
): Opening | null | Promise<Opening | null> {
  if (event.type !== 'step_started') return null;
  const task = machine.openTask(event.path);
  if (task === undefined || task.container !== null) return null;
  const program = context.program.step(task.step);
  if (program.kind !== 'container') return null;
  const options = replayOptions(context, task, Date.parse(event.as_of ?? event.at));
  const evaluate = (): Opening => program.evaluate(task.scope, { ...options, files: contents.of(task) });
  try {
    return evaluate();
  } catch (error) {
    const lacked = lackedFile(error);
    if (lacked === undefined) throw error;
    return withFiles(evaluate, { task, lacked, contents });
  }
}

/** Evaluates again, with each file that is lacked. */
async function withFiles(
  evaluate: () => Opening,
  { task, lacked: first, contents }: { task: Task; lacked: string; contents: FileContents },
): Promise<Opening> {
  for (let lacked = first; ;) {
    await contents.load(task, lacked);
    try {
      const opening = evaluate();
      contents.drop(task);
      return opening;
    } catch (error) {
      const next = lackedFile(error);
      if (next === undefined) throw error;
      lacked = next;
    }
  }
}
