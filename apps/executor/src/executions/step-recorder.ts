import { MASK, type Failure, type StepUsage } from '@millrace/contracts';
import { ExpressionError, type Budget } from '@millrace/expression';
import { marksOf } from '@millrace/schema';
import { isoTime } from '../clock.js';
import type { Task } from '../engine/frames.js';
import { resultWeight } from '../engine/holdings.js';
import type { ExecutionMachine } from '../engine/machine.js';
import { retryDelay } from '../engine/retry.js';
import { sizeOf, type ValueSize } from '../engine/value-size.js';
import { StepFailure } from '../steps/step-failure.js';
import type { Allowance } from './allowance.js';
import { ApprovalRecorder } from './approval-recorder.js';
import { checkedSize } from './checked-size.js';
import { optionsOf } from './evaluation-options.js';
import type { Noted } from './effect-runner.js';
import type { JournalWriter } from './journal-writer.js';
import { frozenOf, type RecordedWait } from './recorded-wait.js';
import { redacted } from '@millrace/service-kit/redaction';
import { shownFailure } from './shown-failure.js';
import type { RunContext } from './run-context.js';
import { noteStep } from './traced-run.js';

/** A result that leaves its step: what later steps read, and what the journal has of it. */
interface LeftResult {
  readonly output: unknown;
  readonly size: ValueSize;
  readonly shown: { readonly output: unknown; readonly sealed?: string };
}

/** What else is known of an attempt that has ended. */
interface AttemptExtras extends Noted {
  /**
   * What is left of the attempt's budget, where nothing else had its turn since its texts were evaluated: `retry_if` then spends
   * from it.
   */
  readonly budget?: Budget | undefined;
  /** The signal that it has waited for. */
  readonly signalId?: string | undefined;
}

/** See {@link Noted}. */
interface ShownNotes {
  readonly usage?: StepUsage;
  readonly log?: string[];
  readonly stand_in?: 'mock' | 'pin' | 'rendered';
}

const NO_PAYLOAD: ValueSize = { bytes: 0, heap: 0, values: 0 };

/**
 * Writes what became of a step into the journal and passes it to the machine, always both, in this order. Times are ISO.
 * A result that does not fit into the execution any more is not recorded: the machine then fails the execution.
 *
 * All that leaves a step comes through here, and is redacted before anything else is done with it: what the journal, the
 * log, later steps and a replay see is the same.
 */
export class StepRecorder {
  /** What becomes of approvals before their steps end. */
  readonly approvals: ApprovalRecorder;

  constructor(
    private readonly context: RunContext,
    private readonly journal: JournalWriter,
    private readonly machine: ExecutionMachine,
    private readonly allowance: Allowance,
  ) {
    this.approvals = new ApprovalRecorder(context.clock, journal);
  }

  /** The intent to start an attempt. */
  started(task: Task, at: string): void {
    const { path, step, attempt } = task;
    this.journal.record({ type: 'step_started', at, path, step_type: step.type, attempt }, 0);
    this.machine.started(task, at);
  }

  /** An attempt is about to do what it must not do again; `failure`: what it fails of when nothing more is recorded of it. */
  inDoubt(task: Task, failure: StepFailure): void {
    const { path, step, attempt } = task;
    const error = redacted(shownFailure(step, failure.toFailure(path)), this.context.redact);
    const event = { type: 'step_in_doubt', at: this.#now(), path, step_type: step.type, attempt, error } as const;
    this.journal.record(event, sizeOf(error, Infinity).bytes);
    task.doubt = error;
  }

  /** A wait begins over which the execution may be suspended. Times are ISO. */
  waiting(task: Task, startedAt: string, wait: RecordedWait): void {
    const { path, step, attempt } = task;
    const { waitsFor: waits_for, until, signal, child, children, tools } = wait;
    const approval = wait.approval && redacted(wait.approval, this.context.redact);
    const frozen = frozenOf({ ...wait, ...(approval === undefined ? {} : { approval }) });
    // The name of a signal is not worth counting.
    const weight = approval === undefined && tools === undefined ? undefined : sizeOf(frozen, Infinity);
    if (weight !== undefined && !this.allowance.charge(path, weight)) return;
    this.journal.record(
      {
        type: 'step_waiting',
        at: this.#now(),
        path,
        step_type: step.type,
        started_at: startedAt,
        attempt,
        waits_for,
        ...(until === null ? {} : { until }),
        ...(frozen === undefined ? {} : { frozen }),
        ...(child === undefined ? {} : { child }),
        ...(children === undefined ? {} : { children: [...children] }),
      },
      weight?.bytes ?? 0,
    );
    this.machine.wait(task, startedAt, until, { signal, approval, tools });
  }

  /** What a step has waited for is there, by what is recorded; its attempt goes on, and is recorded as started once more. */
  goesOn(task: Task): void {
    this.machine.goOn(task);
  }

  /** The step's `if` does not hold. */
  skipped(task: Task): void {
    if (!this.allowance.charge(task.path, resultWeight(NO_PAYLOAD))) return;
    this.journal.record({ type: 'step_skipped', at: this.#now(), path: task.path, step_type: task.step.type }, 0);
    this.machine.skip(task);
  }

  /** An attempt has given an output; one that is too large makes it a failed attempt. */
  completed(task: Task, startedAt: string, result: unknown, extras: AttemptExtras = {}): void {
    const { path, step, attempt } = task;
    let left: LeftResult;
    try {
      left = this.#leave(task, result, extras.isRedacted);
    } catch (error) {
      return this.attemptFailed(task, startedAt, error, extras);
    }
    const { output, size, shown } = left;
    const noted = this.#noted(task, extras);
    const weight = withLog(size, noted.log);
    if (!this.allowance.charge(path, resultWeight(weight))) return;
    const of = { path, step_type: step.type, started_at: startedAt, attempt };
    const taken = extras.signalId === undefined ? {} : { signal_id: extras.signalId };
    const event = { type: 'step_completed', at: this.#now(), ...of, ...taken, ...shown, ...noted } as const;
    this.journal.record(event, weight.bytes);
    // Somebody may wait for it.
    if (marksOf(step.type).responds) this.journal.hurry();
    this.#count(task, 'completed', startedAt);
    this.machine.succeed(task, output);
  }

  /** Masks a result, or seals it. Throws StepFailure OUTPUT_TOO_LARGE. */
  #leave(task: Task, result: unknown, isRedacted = false): LeftResult {
    const { redact, sealing } = this.context;
    if (task.step.secretsInOutput && sealing !== null) {
      const size = checkedSize(result);
      const sealed = sealing.seal(task, task.step.type, result);
      return { output: result, size, shown: { output: MASK, sealed } };
    }
    // One value may be in many places: it is bounded before it is looked through.
    const size = checkedSize(result);
    const output = isRedacted ? result : redacted(result, redact);
    return { output, size: output === result ? size : checkedSize(output), shown: { output } };
  }

  /** An attempt has failed: plans the next one, or makes it the step's result. */
  attemptFailed(task: Task, startedAt: string, error: unknown, { budget, usage, log }: AttemptExtras = {}): void {
    const { path, step, attempt } = task;
    const now = this.context.clock.now();
    const found = StepFailure.from(error);
    let failure = this.context.names?.told(found) ?? found;
    if (failure.code === 'INTERNAL_ERROR') {
      const fields = { err: redacted(error, this.context.redact), path, stepType: step.type };
      this.context.onDefect(fields, 'A step handler failed unexpectedly');
    }
    let delay: number | null = null;
    try {
      // What ran inside a loop or parallel has its recorded results: it cannot run again.
      if (task.container === null) delay = this.#retryDelay(task, startedAt, { failure, now, budget });
    } catch (problem) {
      // With what the attempt left over there was no deciding: its own failure says more than that.
      if (budget === undefined || !isOverLimit(problem)) failure = StepFailure.from(problem);
    }
    if (delay === null) return this.failed(task, startedAt, failure.toFailure(path), { usage, log });
    const recorded = redacted(shownFailure(step, failure.toFailure(path)), this.context.redact);
    const noted = this.#noted(task, { usage, log });
    const size = withLog(sizeOf(recorded, Infinity), noted.log);
    if (!this.allowance.charge(path, resultWeight(size))) return;
    const retryAt = isoTime(now + delay);
    const at = isoTime(now);
    this.journal.record(
      {
        type: 'step_failed',
        at,
        path,
        step_type: step.type,
        started_at: startedAt,
        attempt,
        error: recorded,
        retry_at: retryAt,
        ...noted,
      },
      size.bytes,
    );
    this.context.metrics.stepRetried(step.type);
    this.machine.retry(task, startedAt, retryAt);
  }

  /** The step has failed for good. */
  failed(task: Task, startedAt: string, failure: Failure, extras: Noted = {}): void {
    const { path, step, attempt } = task;
    const error = redacted(shownFailure(step, failure), this.context.redact);
    const noted = this.#noted(task, extras);
    const size = withLog(sizeOf(error, Infinity), noted.log);
    if (!this.allowance.charge(path, resultWeight(size))) return;
    const of = { path, step_type: step.type, started_at: startedAt, attempt };
    const event = { type: 'step_failed', at: this.#now(), ...of, error, ...noted } as const;
    this.journal.record(event, size.bytes);
    this.#count(task, 'failed', startedAt, error);
    this.machine.fail(task, error);
  }

  /** A model can be named by a secret, and code may write what it likes. What a step with sealed results writes is shown to nobody. */
  #noted(task: Task, { usage, log }: Noted): ShownNotes {
    const { redact, program } = this.context;
    const standIn = program.standIn?.(task.step);
    return {
      ...(standIn === undefined ? {} : { stand_in: standIn }),
      ...(usage === undefined ? {} : { usage: redacted(usage, redact) }),
      ...(log === undefined || task.step.secretsInOutput ? {} : { log: redacted([...log], redact) }),
    };
  }

  #retryDelay(
    task: Task,
    startedAt: string,
    { failure, now, budget }: { failure: StepFailure; now: number; budget: Budget | undefined },
  ): number | null {
    const { retry } = task.step;
    if (failure.isFinal || task.attempt >= retry.maxAttempts) return null;
    const { code, message, details } = failure;
    const error = { code, message, status: details['status'] ?? null, details };
    const options = optionsOf(this.context, task, now, budget);
    const wanted = this.context.program.retryIf(task.step, error, task.scope, options);
    const attempt = {
      attempt: task.attempt,
      worthRetrying: wanted ?? failure.retryable,
      firstStartedAt: Date.parse(task.firstStartedAt ?? startedAt),
      now,
      askedDelayMs: failure.askedDelayMs,
    };
    return retryDelay(retry, attempt, this.context.random);
  }

  /** Only what has a recorded start takes a time worth knowing: pure steps are counted, not timed. */
  #count(task: Task, result: 'completed' | 'failed', startedAt: string, failure?: { readonly code: string }): void {
    const { clock, metrics } = this.context;
    noteStep(this.context, task, startedAt, failure);
    metrics.stepEnded(task.step.type, result, task.startedAt === null ? null : startedAt, clock.now());
  }

  #now(): string {
    return isoTime(this.context.clock.now());
  }
}

/** The log is recorded, and read by no later step. */
function withLog(size: ValueSize, log: readonly string[] = []): ValueSize {
  return { ...size, bytes: log.reduce((sum, line) => sum + Buffer.byteLength(line), size.bytes) };
}

function isOverLimit(error: unknown): boolean {
  return error instanceof ExpressionError && error.code === 'E_LIMIT';
}
