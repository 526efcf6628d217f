import {
  isEnd,
  isTest,
  LIMITS,
  usageWith,
  type Cancellation,
  type EndEvent,
  type ExecutionEvent,
  type ExecutionPause,
  type ExecutionResource,
  type ExecutionUsage,
  type StepRun,
  type ValueRef,
} from '@millrace/contracts';
import { AnswerValues } from './answer-values.js';
import { originIn, originOf, testOf } from './execution-origin.js';
import { parentOf } from './execution-parent.js';
import { compareRanks, StepOrder, type StepRank } from '../step-runs/step-order.js';
import { applyTo, closeOpen, elapsed, isSettled, isStepEvent, newRun, type StepEvent } from '../step-runs/step-run.js';

type Paused = Extract<ExecutionEvent, { type: 'paused' }>;
type CancelRequested = Extract<ExecutionEvent, { type: 'cancel_requested' }>;
type Started = Extract<ExecutionEvent, { type: 'started' }> & { readonly input_ref?: ValueRef };
type Ended = EndEvent & { readonly output_ref?: ValueRef };

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
  readonly #steps: StepRuns | StepPaths;
  readonly #values: AnswerValues;
  #started: Started | undefined;
  #ended: Ended | null = null;
  #suspended = false;
  #cancelAsked: CancelRequested | undefined;
  #paused: Paused | undefined;
  #usage: ExecutionUsage | undefined;

  /** With `steps: 'none'` step runs are counted and left out, so that they need no memory but for their paths. */
  constructor(
    private readonly executionId: string,
    steps?: 'none',
  ) {
    this.#values = new AnswerValues(executionId);
    this.#steps = steps === 'none' ? new StepPaths() : new StepRuns(this.#values);
  }

  /** Adds the events that follow those added before. */
  add(events: readonly ExecutionEvent[]): void {
    for (const event of events) {
      if (this.#ended) return;
      if (event.type === 'started') this.#started ??= { ...event, ...this.#values.input(event.input) };
      else if (event.type === 'completed') this.#ended = { ...event, ...this.#values.output(event.output) };
      else if (isEnd(event)) this.#ended = event;
      else if (isStepEvent(event)) this.#addStepEvent(event);
      else if (event.type === 'suspended') this.#suspended = true;
      else if (event.type === 'woken') this.#suspended = false;
      else if (event.type === 'cancel_requested') this.#cancelAsked ??= event;
      else if (event.type === 'paused') this.#paused ??= event;
      else if (event.type === 'unpaused') this.#paused = undefined;
    }
  }

  #addStepEvent(event: StepEvent): void {
    this.#steps.apply(event);
    if ('usage' in event && event.usage !== undefined) this.#usage = usageWith(this.#usage, event.usage);
  }

  /** The view so far; null while the `started` event was not among the events. Call it once. */
  view(): ExecutionResource | null {
    const { executionId } = this;
    const started = this.#started;
    const ended = this.#ended;
    if (!started) return null;
    if (ended) this.#steps.closeOpen(ended);
    const listed = this.#steps.inOrder();
    return {
      id: executionId,
      execution_id: executionId,
      workflow_id: started.workflow_id,
      workflow_version: started.version,
      status: ended ? ended.type : this.#suspended ? 'waiting' : 'running',
      trigger: started.trigger,
      started_at: started.accepted_at,
      completed_at: ended?.at ?? null,
      duration_ms: ended ? elapsed(started.accepted_at, ended.at) : null,
      input: started.input ?? null,
      ...(started.input_ref ? { input_ref: started.input_ref } : {}),
      steps: listed.slice(0, LIMITS.stepsPerAnswer),
      steps_total: this.#steps.total,
      output: ended?.type === 'completed' ? (ended.output ?? null) : null,
      ...(ended?.type === 'completed' && ended.output_ref ? { output_ref: ended.output_ref } : {}),
      ...(this.#usage ? { usage: this.#usage } : {}),
      error: ended?.type === 'failed' ? ended.error : null,
      ...(ended?.type === 'failed' && ended.path !== undefined ? { failed_path: ended.path } : {}),
      ...(started.label === undefined ? {} : { label: started.label }),
      ...testOf(isTest(started.trigger)),
      ...originOf(started.trigger.type, originIn(started.trigger)),
      ...parentOf(started.trigger),
      ...cancellationOf(this.#cancelAsked, ended),
      ...(ended ? {} : pauseOf(this.#paused)),
    };
  }
}

/** What is said of a request to cancel, and of what it could not undo. */
function cancellationOf(
  asked: CancelRequested | undefined,
  ended: Ended | null,
): { readonly cancellation?: Cancellation } {
  const end = ended?.type === 'cancelled' ? ended : undefined;
  if (asked === undefined && end === undefined) return {};
  const begun = end?.in_flight ?? [];
  return {
    cancellation: {
      requested_at: asked?.at ?? end?.at ?? '',
      requested_by: asked?.by ?? end?.by ?? null,
      reason: asked?.reason ?? end?.reason ?? null,
      in_flight: begun.map(({ path, step_type }) => ({ path, type: step_type })),
      in_flight_total: end?.in_flight_total ?? begun.length,
    },
  };
}

function pauseOf(paused: Paused | undefined): { readonly pause?: ExecutionPause } {
  if (paused === undefined) return {};
  return { pause: { paused_at: paused.at, paused_by: paused.by ?? null, reason: paused.reason ?? null } };
}

/** The `started` event, or undefined. */
export function startOf(events: readonly ExecutionEvent[]): Started | undefined {
  return events.find((event) => event.type === 'started');
}

/** The event that ended the execution, or undefined: the first one, since an end is final. */
export function endOf(events: readonly ExecutionEvent[]): Ended | undefined {
  return events.find(isEnd);
}

/** The step runs of one execution while its events are read. */
class StepRuns {
  readonly #runs = new Map<string, StepRun>();
  readonly #order = new StepOrder();

  constructor(private readonly values: AnswerValues) {}

  get total(): number {
    return this.#runs.size;
  }

  apply(event: StepEvent): void {
    this.#order.see(event.path);
    const run = this.#runs.get(event.path) ?? newRun(event);
    if (isSettled(run)) return;
    this.#runs.set(event.path, run);
    applyTo(run, event.type === 'step_completed' ? { ...event, ...this.values.stepOutput(event) } : event);
  }

  closeOpen(ended: Ended): void {
    for (const run of this.#runs.values()) if (!isSettled(run)) closeOpen(run, ended);
  }

  inOrder(): StepRun[] {
    const ranked: { run: StepRun; rank: StepRank }[] = [];
    for (const run of this.#runs.values()) {
      ranked.push({ run, rank: this.#order.rank(run.path, run.started_at ?? run.completed_at ?? '') });
    }
    return ranked.sort((a, b) => compareRanks(a.rank, b.rank)).map((entry) => entry.run);
  }
}

/** The step runs of one execution of which nobody wants to see more than their number. */
class StepPaths {
  readonly #paths = new Set<string>();

  get total(): number {
    return this.#paths.size;
  }

  apply({ path }: StepEvent): void {
    this.#paths.add(path);
  }

  closeOpen(): void {
    // None of them is shown.
  }

  inOrder(): StepRun[] {
    return [];
  }
}
