import type { StepUsage } from '@millrace/contracts';
import { isLargeToRedact, redactedInTurns } from '@millrace/service-kit/redaction';
import type { Task } from '../engine/frames.js';
import { StepFailure } from '../steps/step-failure.js';
import { AttemptStop } from './attempt-stop.js';
import { ToolsWanted, type Attempt, type EffectCall } from '../steps/step-handler.js';
import type { JournalWriter } from './journal-writer.js';
import { ExecutionFiles, type ContextOfFiles } from '../files/execution-files.js';
import type { BegunEffect } from './run-cancel.js';
import type { RunContext } from './run-context.js';
import { checkedSize } from './checked-size.js';
import { stepTimeout } from './step-timeout.js';
import { tracedAttempt } from './traced-run.js';
import { callTools } from './call-tools.js';
import { textSinkOf } from '../live/text-sink.js';

/** What an attempt has reported of itself beside its result. */
export interface Noted {
  /** Of models, if it used any. */
  readonly usage?: StepUsage | undefined;
  /** What it has written for people to read. */
  readonly log?: readonly string[] | undefined;
  /** Secrets are masked in its result already. */
  readonly isRedacted?: boolean;
}

/** Called when an attempt has ended; not for one that was aborted. `startedAt` is ISO time. */
export interface EffectListener {
  completed(task: Task, startedAt: string, output: unknown, noted: Noted): void;
  failed(task: Task, startedAt: string, error: unknown, noted: Noted): void;
  /** The attempt is about to do what it must not do again; `failure`: what it fails of when this run is lost. */
  inDoubt(task: Task, failure: StepFailure): void;
  /** The attempt goes on when tools of its model have ended. */
  wantsTools(task: Task, startedAt: string, wanted: ToolsWanted, noted: Noted): void;
  /** The intent could not be recorded: the attempt was not made. */
  broken(error: unknown): void;
  /** So many bytes of an answer are in memory by now; 0 when the attempt is over. */
  reading(task: Task, bytes: number): void;
  /** After `completed`, `failed` and `broken`. */
  settled(): void;
}

/** Makes the attempts that reach outside: never before their intent and everything earlier is durable. */
export class EffectRunner {
  readonly #running = new Map<Task, AttemptStop>();
  /** Step runs that reach outside, whose handler was called and has not returned. */
  readonly #called = new Set<Task>();
  #stopped = false;
  #files: ExecutionFiles | undefined;

  constructor(
    private readonly context: Pick<
      RunContext,
      'clock' | 'program' | 'workflowId' | 'label' | 'children' | 'texts' | 'span'
    > &
      ContextOfFiles,
    private readonly journal: Pick<JournalWriter, 'flush'>,
    private readonly listener: EffectListener,
  ) {}

  /** Begins an attempt whose intent has just been recorded. `onOver` is called when it is over, however it ends. */
  start(task: Task, run: Attempt, onOver: () => void = () => undefined): void {
    const stop = new AttemptStop();
    this.#running.set(task, stop);
    void this.#attempt(task, tracedAttempt(this.context.span, task, run), stop)
      .catch((error: unknown) => {
        this.#running.delete(task);
        this.listener.broken(error);
        this.listener.settled();
      })
      .finally(onOver);
  }

  /** Stops an attempt; nothing is reported of it any more. `reason`: what its handler gets. */
  abort(task: Task, reason: Error = new StepFailure('STEP_CANCELLED', 'The step is not waited for any more')): void {
    this.#running.get(task)?.abort(reason);
    this.#running.delete(task);
    if (!this.#stopped) this.#called.delete(task);
  }

  /** A run that was lost had recorded the intent of this attempt. */
  mayHaveBegun(task: Task): void {
    this.#called.add(task);
  }

  /** The step runs whose side effects may have happened without that their results are recorded. */
  begun(): readonly BegunEffect[] {
    return Array.from(this.#called, ({ path, step }) => ({ path, step_type: step.type }));
  }

  /** Stops all attempts, for good; with `reason` where others make them again. */
  abortAll(reason?: Error): void {
    this.#stopped = true;
    for (const task of this.#running.keys()) this.abort(task, reason);
  }

  async #attempt(task: Task, run: Attempt, stop: AttemptStop): Promise<void> {
    const { clock, organisationId, executionId, workflowId, label, program, redact } = this.context;
    const startedAt = task.tools?.since ?? task.startedAt ?? '';
    await this.journal.flush();
    if (this.#isOver(task, stop)) return;
    const { timeoutMs } = task.step;
    let timedOut: StepFailure | undefined;
    const cancelTimeout =
      timeoutMs === null
        ? undefined
        : clock.after(timeLeft(task, timeoutMs, clock.now()), () => stop.abort(timedOut ?? stepTimeout(timeoutMs)));
    let output: unknown;
    let failure: { readonly error: unknown } | undefined;
    const files = (this.#files ??= new ExecutionFiles(this.context)).of(task.step, stop);
    const noted: { -readonly [Name in keyof Noted]: Noted[Name] } = {};
    try {
      const call: EffectCall = {
        organisationId,
        executionId,
        workflowId: workflowId ?? '',
        label,
        path: task.path,
        attempt: task.attempt,
        redact,
        idempotencyKey: `${executionId}:${task.path}`,
        stop,
        get signal() {
          return stop.signal;
        },
        firstStartedAt: Date.parse(task.firstStartedAt ?? startedAt),
        timeoutMs,
        failTimeoutWith: (inItsPlace) => (timedOut = inItsPlace),
        failLostWith: (failure) => this.#doubt(task, stop, failure),
        files,
        tools: callTools(this.context, task),
        onBytesRead: (bytes) => {
          if (!this.#isOver(task, stop)) this.listener.reading(task, bytes);
        },
        textSink: (number, hide) => textSinkOf(this.context, task, { call: number, hide }),
        onUsage: (used) => (noted.usage = used),
        onLog: (lines) => (noted.log = lines),
      };
      if (program.reachesOutside(task.step)) this.#called.add(task);
      output = await this.#redacted(task, await untilAborted(run(call), stop), noted);
    } catch (error) {
      // A handler that notices the abort may fail in its own words.
      failure = { error: stop.aborted ? stop.reason : error };
      files.discard();
    }
    cancelTimeout?.();
    this.listener.reading(task, 0);
    if (this.#isOver(task, stop)) return;
    this.#running.delete(task);
    this.#called.delete(task);
    if (output instanceof ToolsWanted) this.listener.wantsTools(task, startedAt, output, noted);
    else if (failure === undefined) this.listener.completed(task, startedAt, output, noted);
    else this.listener.failed(task, startedAt, failure.error, noted);
    this.listener.settled();
  }

  /**
   * Large results come one after the other, each with turns of the event loop for everybody else: of hundreds that are there at once the process would do
   * nothing else until the last. Throws StepFailure OUTPUT_TOO_LARGE.
   */
  async #redacted(task: Task, output: unknown, noted: { isRedacted?: boolean }): Promise<unknown> {
    if (output instanceof ToolsWanted || !isLargeToRedact(output)) return output;
    const { clock, organisationId, redact, masks = [] } = this.context;
    const turn = (): Promise<void> => clock.yield(organisationId);
    await turn();
    if (redact === null || task.step.secretsInOutput) return output;
    // One value may be in many places: it is bounded before it is looked through.
    checkedSize(output);
    noted.isRedacted = true;
    return redactedInTurns(output, { redact, masks }, turn);
  }

  async #doubt(task: Task, stop: AttemptStop, failure: StepFailure): Promise<void> {
    if (!this.#isOver(task, stop)) this.listener.inDoubt(task, failure);
    await this.journal.flush();
    if (stop.reason !== undefined) throw stop.reason;
    if (this.#isOver(task, stop)) throw new StepFailure('STEP_CANCELLED', 'The step is not waited for any more');
  }

  #isOver(task: Task, stop: AttemptStop): boolean {
    return this.#stopped || task.state === 'settled' || this.#running.get(task) !== stop;
  }
}

/** What is left of the time of an attempt that has waited for tools. */
function timeLeft({ tools }: Task, timeoutMs: number, now: number): number {
  return tools === null ? timeoutMs : Math.max(0, Date.parse(tools.since) + timeoutMs - now);
}

/** A handler that ignores its signal must not hold up the execution. */
function untilAborted<T>(work: Promise<T>, stop: AttemptStop): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      if (stop.reason !== undefined) reject(stop.reason);
    };
    stop.addEventListener('abort', onAbort);
    work.then(resolve, reject).finally(() => stop.removeEventListener('abort', onAbort));
  });
}
