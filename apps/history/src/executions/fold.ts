import {
  isEnd,
  LIMITS,
  type EndEvent,
  type ExecutionEvent,
  type ExecutionResource,
  type Failure,
  type StepRun,
  type ValueRef,
} from '@millrace/contracts';
import { AnswerValues } from './answer-values.js';
import { compareRanks, stepIdOf, StepOrder, type StepRank } from './step-order.js';

type Started = Extract<ExecutionEvent, { type: 'started' }> & { readonly input_ref?: ValueRef };
type Ended = EndEvent & { readonly output_ref?: ValueRef };
type StepEvent = Extract<
  ExecutionEvent,
  { type: 'step_started' | 'step_waiting' | 'step_completed' | 'step_failed' | 'step_skipped' }
> & { readonly output_ref?: ValueRef };

/** The view of an execution that all of its events give; see {@link ExecutionFold}. */
export function foldExecution(executionId: string, events: readonly ExecutionEvent[]): ExecutionResource | null {
  const fold = new ExecutionFold(executionId);
  fold.add(events);
  return fold.view();
}

/**
 * The view of an execution that its events give: the one place that decides what they mean for a reader, used alike for
 * events from the journal (running) and from MongoDB (finished). Any prefix of an execution's events is valid; the first end
 * event is final, whatever follows it. Of values that are too large for the view it keeps a reference, so that adding the
 * events one entry after the other needs memory for the view and one entry.
 */
export class ExecutionFold {
  private readonly steps = new StepRuns();
  private readonly values: AnswerValues;
  private started: Started | undefined;
  private ended: Ended | null = null;
  private suspended = false;

  constructor(private readonly executionId: string) {
    this.values = new AnswerValues(executionId);
  }

  /** Adds the events that follow those added before. */
  add(events: readonly ExecutionEvent[]): void {
    for (const event of events) {
      if (this.ended) return;
      if (event.type === 'started') this.started ??= { ...event, ...this.values.input(event.input) };
      else if (event.type === 'completed') this.ended = { ...event, ...this.values.output(event.output) };
      else if (isEnd(event)) this.ended = event;
      else if (event.type === 'step_completed') this.steps.apply({ ...event, ...this.values.stepOutput(event) });
      else if (isStepEvent(event)) this.steps.apply(event);
      else if (event.type === 'suspended') this.suspended = true;
      else if (event.type === 'woken') this.suspended = false;
    }
  }

  /** The view so far; null while the `started` event was not among the events. Call it once. */
  view(): ExecutionResource | null {
    const { started, ended, executionId } = this;
    if (!started) return null;
    if (ended) this.steps.closeOpen(ended);
    const listed = this.steps.inOrder();
    return {
      id: executionId,
      execution_id: executionId,
      workflow_id: started.workflow_id,
      workflow_version: started.version,
      status: ended ? ended.type : this.suspended ? 'waiting' : 'running',
      trigger: started.trigger,
      started_at: started.accepted_at,
      completed_at: ended?.at ?? null,
      duration_ms: ended ? elapsed(started.accepted_at, ended.at) : null,
      input: started.input ?? null,
      ...(started.input_ref ? { input_ref: started.input_ref } : {}),
      steps: listed.slice(0, LIMITS.stepsPerAnswer),
      steps_total: listed.length,
      output: ended?.type === 'completed' ? (ended.output ?? null) : null,
      ...(ended?.type === 'completed' && ended.output_ref ? { output_ref: ended.output_ref } : {}),
      error: ended?.type === 'failed' ? ended.error : null,
    };
  }
}

/** The `started` event, or undefined. */
export function startOf(events: readonly ExecutionEvent[]): Started | undefined {
  return events.find((event) => event.type === 'started');
}

/** The event that ended the execution, or undefined: the first one, since an end is final. */
export function endOf(events: readonly ExecutionEvent[]): Ended | undefined {
  return events.find(isEnd);
}

/** Milliseconds between two ISO times, never negative: they may come from two machines' clocks. 0 when one is no time. */
export function elapsed(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from)) || 0;
}

function isStepEvent(event: ExecutionEvent): event is StepEvent {
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

/** The step runs of one execution while its events are read. */
class StepRuns {
  private readonly runs = new Map<string, StepRun>();
  private readonly order = new StepOrder();

  apply(event: StepEvent): void {
    this.order.see(event.path);
    const run = this.runs.get(event.path) ?? newRun(event);
    // A recorded result is final: an attempt that a superseded executor still reports can't change it.
    if (isSettled(run)) return;
    this.runs.set(event.path, run);
    switch (event.type) {
      case 'step_started':
        run.status = 'running';
        run.attempts = Math.max(run.attempts, event.attempt);
        run.started_at ??= event.at;
        run.error = null;
        return;
      case 'step_waiting':
        run.status = 'waiting';
        run.attempts = Math.max(run.attempts, event.attempt);
        run.started_at ??= event.started_at;
        run.error = null;
        return;
      case 'step_completed':
        run.attempts = Math.max(run.attempts, event.attempt);
        run.started_at ??= event.started_at;
        run.output = event.output ?? null;
        if (event.output_ref) run.output_ref = event.output_ref;
        run.error = null;
        close(run, 'completed', event.at);
        return;
      case 'step_failed':
        run.attempts = Math.max(run.attempts, event.attempt);
        run.started_at ??= event.started_at;
        run.error = event.error;
        if (event.retry_at === undefined) close(run, 'failed', event.at);
        else run.status = 'waiting_for_retry';
        return;
      case 'step_skipped':
        run.status = 'skipped';
        run.completed_at = event.at;
        return;
    }
  }

  /** No step of a finished execution is still running: what was open when the end came was stopped by it. */
  closeOpen(ended: Ended): void {
    for (const run of this.runs.values()) {
      if (isSettled(run)) continue;
      run.error = stopReason(run, ended);
      close(run, 'failed', ended.at);
    }
  }

  inOrder(): StepRun[] {
    const ranked: { run: StepRun; rank: StepRank }[] = [];
    for (const run of this.runs.values()) {
      ranked.push({ run, rank: this.order.rank(run.path, run.started_at ?? run.completed_at ?? '') });
    }
    return ranked.sort((a, b) => compareRanks(a.rank, b.rank)).map((entry) => entry.run);
  }
}

function newRun(event: StepEvent): StepRun {
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

function isSettled(run: StepRun): boolean {
  return run.completed_at !== null;
}

/** The duration is the whole step's: from the start of its first attempt, waits between attempts included. */
function close(run: StepRun, status: 'completed' | 'failed', at: string): void {
  run.status = status;
  run.completed_at = at;
  run.duration_ms = run.started_at === null ? null : elapsed(run.started_at, at);
}

function stopReason(run: StepRun, ended: Ended): Failure {
  if (run.error) return run.error;
  if (ended.type === 'failed') return ended.error;
  return { code: 'STEP_FAILED', message: `The step was stopped: the execution was ${ended.type} while it ran` };
}
