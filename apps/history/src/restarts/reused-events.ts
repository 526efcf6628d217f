import type { ExecutionEvent, Reuse } from '@millrace/contracts';
import { marksOf } from '@millrace/schema';
import { isStepEvent, type StepEvent } from '../step-runs/step-run.js';

/** Whether another execution takes this event over from the one that recorded it. */
export function isReused(event: ExecutionEvent, reuse: Pick<Reuse, 'steps' | 'failed_path'>): event is StepEvent {
  if (!isStepEvent(event)) return false;
  if (reuse.steps) return reuse.steps.includes(event.path) && isResult(event);
  // Of what holds others the beginning is taken over too, so that what is inside of it has its place.
  if (event.type === 'step_started') return marksOf(event.step_type).holdsSteps;
  return isResult(event) && !isAtOrAround(event.path, reuse.failed_path);
}

/** Whether a step has its result by this event. */
export function isResult(event: StepEvent): boolean {
  if (event.type === 'step_failed') return event.retry_at === undefined;
  return event.type === 'step_completed' || event.type === 'step_skipped';
}

/** The event as the other execution records it. What a model was asked for is not counted twice. */
export function reusedEvent(event: StepEvent): StepEvent {
  switch (event.type) {
    case 'step_started':
      return { ...event, reused: true, as_of: event.as_of ?? event.at };
    case 'step_completed':
    case 'step_failed': {
      const { usage: _usage, ...rest } = event;
      return { ...rest, reused: true };
    }
    case 'step_skipped':
      return { ...event, reused: true };
    default:
      return event;
  }
}

/** Whether `path` is that of the failed step run, or of a loop or parallel around it. */
function isAtOrAround(path: string, failedPath: string | undefined): boolean {
  if (failedPath === undefined || !failedPath.startsWith(path)) return false;
  const next = failedPath[path.length];
  return next === undefined || next === '.' || next === '[';
}
