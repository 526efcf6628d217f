import { approvalRequestIn, toolRoundIn, type ExecutionEvent } from '@millrace/contracts';
import type { Awaited, Opening, Task } from './frames.js';
import { eventWeight } from './holdings.js';
import type { ExecutionMachine } from './machine.js';

/** The journal contains a step that cannot run at that point: it belongs to another document, or to another meaning of this one. */
export class ReplayMismatchError extends Error {
  constructor(event: { type: string; path: string }) {
    super(
      `The journal has ${event.type} for "${event.path}", but by its workflow version that step is not running there. ` +
        'The version snapshot was changed, or this executor is not compatible with the one that wrote the journal.',
    );
    this.name = 'ReplayMismatchError';
  }
}

/**
 * Leads a started machine on by one recorded event of its execution, the one after all that it was given before. Steps with
 * a recorded result are not asked for again. `openingOf` evaluates a loop or parallel whose start is recorded, as it was evaluated then; null for any other step.
 * Throws {@link ReplayMismatchError}.
 */
export function replayEvent(
  machine: ExecutionMachine,
  event: ExecutionEvent,
  openingOf: (task: Task, at: string) => Opening | null,
): void {
  const weight = eventWeight(event);
  if (weight !== null) machine.holdings.add(weight);
  switch (event.type) {
    case 'started':
    case 'resumed':
    case 'suspended':
    case 'woken':
      break;
    case 'step_started': {
      const task = taskOf(machine, event);
      machine.goOn(task);
      machine.started(task, event.at);
      const opening = task.container === null ? openingOf(task, event.as_of ?? event.at) : null;
      if (opening !== null) machine.open(task, opening);
      break;
    }
    case 'step_in_doubt':
      taskOf(machine, event).doubt = event.error;
      break;
    case 'step_waiting':
      machine.wait(taskOf(machine, event), event.started_at, event.until ?? null, awaitedOf(event));
      break;
    case 'step_completed':
      machine.succeed(taskOf(machine, event), event.output ?? null);
      break;
    case 'step_failed': {
      const task = taskOf(machine, event);
      if (event.retry_at === undefined) machine.fail(task, event.error);
      else machine.retry(task, event.started_at, event.retry_at);
      break;
    }
    case 'step_skipped':
      machine.skip(taskOf(machine, event));
      break;
    case 'completed':
    case 'failed':
    case 'cancelled':
      machine.end();
      break;
    default:
      // A kind that nothing here needs, or that only newer versions know: it changes nothing.
      break;
  }
}

/** What others are to give a step that waits, by its event. */
function awaitedOf(event: Extract<ExecutionEvent, { type: 'step_waiting' }>): Awaited {
  const { waits_for, frozen } = event;
  const approval = approvalRequestIn(event);
  if (approval !== null) return { approval };
  const tools = toolRoundIn(event);
  if (tools !== null) return { tools };
  if (waits_for !== 'signal' || typeof frozen !== 'object' || frozen === null) return {};
  return 'signal' in frozen && typeof frozen.signal === 'string' ? { signal: frozen.signal } : {};
}

function taskOf(machine: ExecutionMachine, event: { type: string; path: string }): Task {
  const task = machine.openTask(event.path);
  if (task === undefined) throw new ReplayMismatchError(event);
  return task;
}
