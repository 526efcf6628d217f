import {
  addedUsage,
  type EndEvent,
  type ExecutionEvent,
  type Failure,
  type StepRun,
  type ValueRef,
} from '@millrace/contracts';
import { stepIdOf } from './step-order.js';

/** An event about a run of a step; instead of a large output it may have a reference to it. */
export type StepEvent = Extract<
  ExecutionEvent,
  { type: 'step_started' | 'step_waiting' | 'step_completed' | 'step_failed' | 'step_skipped' }
> & { readonly output_ref?: ValueRef };

/** Whether an event is about a run of a step. */
export function isStepEvent(event: ExecutionEvent): event is StepEvent {
  // By name: other kinds have a path too, and newer versions may write kinds that mean nothing here.
  switch (event.type) {
    case 'step_started':
    case 'step_waiting':
    case 'step_completed':
    case 'step_failed':
    case 'step_skipped':
      return true;
    default:
      return false;
  }
}

/** A run of which nothing is known but its first event, which is still to be applied. */
export function newRun(event: StepEvent): StepRun {
  return {
    step_id: stepIdOf(event.path),
    path: event.path,
    type: event.step_type,
    status: 'running',
    started_at: null,
    completed_at: null,
    duration_ms: null,
    attempts: 0,
    output: null,
    error: null,
  };
}

/** True once the run has its result. A recorded result is final: an attempt that a superseded executor still reports can't change it. */
export function isSettled(run: StepRun): boolean {
  return run.completed_at !== null;
}

/** Applies an event to a run that is not settled: the one place that decides what it means for a reader. */
export function applyTo(run: StepRun, event: StepEvent): void {
  if (event.type !== 'step_waiting' && event.reused === true) run.reused = true;
  if (event.type !== 'step_skipped') run.attempts = Math.max(run.attempts, event.attempt);
  switch (event.type) {
    case 'step_started':
      run.status = 'running';
      run.started_at ??= event.at;
      run.error = null;
      return;
    case 'step_waiting':
      run.status = 'waiting';
      run.started_at ??= event.started_at;
      if (event.child) run.child_execution_id = event.child.execution_id;
      run.error = null;
      return;
    case 'step_completed':
      run.started_at ??= event.started_at;
      run.output = event.output ?? null;
      if (event.output_ref) run.output_ref = event.output_ref;
      run.error = null;
      addNotes(run, event);
      close(run, 'completed', event.at);
      return;
    case 'step_failed':
      run.started_at ??= event.started_at;
      run.error = event.error;
      addNotes(run, event);
      if (event.retry_at === undefined) close(run, 'failed', event.at);
      else run.status = 'waiting_for_retry';
      return;
    case 'step_skipped':
      run.status = 'skipped';
      run.completed_at = event.at;
      return;
  }
}

function addNotes(
  run: StepRun,
  { usage, log, stand_in }: Extract<StepEvent, { type: 'step_completed' | 'step_failed' }>,
): void {
  if (log) run.log = log;
  else delete run.log;
  if (stand_in !== undefined) run.stand_in = stand_in as NonNullable<StepRun['stand_in']>;
  const all = addedUsage(run.usage, usage);
  if (all !== undefined) run.usage = all;
}

/** No step of a finished execution is still running: what was open when the end came was stopped by it. */
export function closeOpen(run: StepRun, ended: EndEvent): void {
  run.error = stopReason(run, ended);
  close(run, 'failed', ended.at);
}

/** Milliseconds between two ISO times, never negative: they may come from two machines' clocks. 0 when one is no time. */
export function elapsed(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from)) || 0;
}

/** The duration is the whole step's: from the start of its first attempt, waits between attempts included. */
function close(run: StepRun, status: 'completed' | 'failed', at: string): void {
  run.status = status;
  run.completed_at = at;
  run.duration_ms = run.started_at === null ? null : elapsed(run.started_at, at);
}

function stopReason(run: StepRun, ended: EndEvent): Failure {
  if (run.error) return run.error;
  if (ended.type === 'completed')
    return { code: 'STEP_CANCELLED', message: 'The step was stopped: what it is part of has ended without it' };
  if (ended.type === 'failed') return failedWith(run, ended);
  const isBegun = ended.in_flight?.some(({ path }) => path === run.path) ?? false;
  const rest = isBegun
    ? '. What it had begun outside may have happened: nothing has undone it'
    : ' while the step was open';
  return { code: 'STEP_CANCELLED', message: `The execution was cancelled${rest}`, details: { in_flight: isBegun } };
}

/** What ended the execution is the reason of the step that it was about, and of those around that; the others were only stopped by it. */
function failedWith({ path }: StepRun, { error, path: cause }: Extract<EndEvent, { type: 'failed' }>): Failure {
  if (cause === undefined || cause === path || cause.startsWith(`${path}[`) || cause.startsWith(`${path}.`))
    return error;
  const message = `The step was stopped: "${cause}" failed`;
  return { code: 'STEP_CANCELLED', message, details: { stopped_by: cause } };
}
