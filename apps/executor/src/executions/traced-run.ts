import type { RunRequest } from '@millrace/contracts';
import { failureCode, spanned, tracing, type Span } from '@millrace/messaging';
import type { Task } from '../engine/frames.js';
import type { Attempt } from '../steps/step-handler.js';
import type { RunContext } from './run-context.js';

/** Runs an execution as a part of the trace that started it, also when a timer or another process has woken it. */
export function tracedRun(request: RunRequest, run: () => Promise<void>): Promise<void> {
  const on = tracing();
  if (on === undefined) return run();
  const { traceparent, execution_id, organisation_id, workflow_id, version, generation, trigger } = request;
  const parent = on.current ?? (traceparent === undefined ? undefined : on.remote(traceparent));
  const attributes = {
    'millrace.execution_id': execution_id,
    'millrace.organisation_id': organisation_id,
    'millrace.workflow_id': workflow_id,
    'millrace.version': version,
    'millrace.generation': generation,
    'millrace.trigger': trigger.type,
  };
  return spanned(parent?.begin('run execution', { attributes }), run);
}

/** Makes an attempt of a step that reaches outside as a part of its execution. */
export function tracedAttempt(execution: Span | undefined, task: Task, run: Attempt): Attempt {
  if (execution === undefined) return run;
  return (call) => {
    const attributes = { ...attributesOf(task), 'millrace.step.attempt': task.attempt };
    return spanned(execution.begin(`step ${task.step.type}`, { attributes }), () => run(call));
  };
}

/** Traces a step that has ended and makes no attempts outside. `startedAt` is ISO time. */
export function noteStep(
  { span, program }: Pick<RunContext, 'span' | 'program'>,
  task: Task,
  startedAt: string,
  failure: { readonly code: string } | undefined,
): void {
  if (span === undefined || program.step(task.step).kind === 'effect') return;
  const start = { attributes: attributesOf(task), startedAt: Date.parse(startedAt) };
  span.begin(`step ${task.step.type}`, start)?.end(failure && failureCode(failure));
}

/** Ids of steps are words of a document, and no values. */
function attributesOf({ path, step }: Task): Record<string, string> {
  return { 'millrace.step.path': path, 'millrace.step.type': step.type };
}
