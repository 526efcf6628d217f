import { AppError, derivedId, LIMITS, type ChildExecution, type ExecutionEvent } from '@millrace/contracts';
import { isoTime } from '../clock.js';
import type { Task } from '../engine/frames.js';
import { StepFailure } from '../steps/step-failure.js';
import type { ChildCall } from '../steps/step-handler.js';
import type { ChildExecutions } from './child-executions.js';
import { childFailure, tooManyChildren, waitedTooLong } from './child-failure.js';
import { childInput } from './child-input.js';
import { ChildLedger } from '@millrace/service-kit/child-ledger';
import type { RunContext } from './run-context.js';
import type { StepChildrenParts } from './step-children-parts.js';
import { stepTimeout } from './step-timeout.js';
import { StepTools } from './step-tools.js';

/**
 * Steps that start executions. Which one a step starts is durable before it is started, so that after a crash it is started again and not another one.
 * While a step waits for the end of its execution it is suspended over like any wait; the executor that ends that one says so in this journal
 * (`child_ended`), and the result is read where it is: in the journal of that execution.
 */
export class StepChildren {
  readonly ledger = new ChildLedger();
  /** Those of steps whose model uses tools. */
  readonly tools: StepTools;
  readonly #waiting = new Map<string, { readonly task: Task; readonly cancelTimer: () => void }>();
  /** Children whose cancel is asked for, one after the other. */
  #cancels: Promise<void> = Promise.resolve();
  /** What is under way that changes what the run waits for. */
  #busy = 0;
  /** Those that are not in the ledger yet. */
  #admitting = 0;
  #isClosed = false;

  constructor(
    private readonly context: Pick<
      RunContext,
      'organisationId' | 'executionId' | 'startedAt' | 'children' | 'clock' | 'redact'
    >,
    private readonly parts: StepChildrenParts,
  ) {
    this.tools = new StepTools(context, parts, {
      ledger: this.ledger,
      children: () => this.#children,
      run: (work) => this.#run(work),
      cancel: (child) => this.#cancel(child),
      isOver: (task, attempt) => this.#isOver(task, attempt),
      latest: () => this.#latest(),
    });
  }

  /** The run has ended: nothing more is begun. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** While something is under way the run can not be suspended. */
  get isBusy(): boolean {
    return this.#busy > 0;
  }

  /** A step begins to start its execution. `startedAt` is the ISO time of this attempt. */
  begin(task: Task, startedAt: string, call: ChildCall): void {
    this.#run(async () => {
      this.#admitting++;
      const admitted = await this.#admit(task, startedAt, call);
      this.#admitting--;
      if (admitted !== null) await this.#begin(task, startedAt, admitted);
    });
  }

  /** Goes on with a step that the journal has waiting. `call` evaluates it again. False when the journal does not say what it waits for. */
  goOn(task: Task, call: () => ChildCall): boolean {
    const child = this.ledger.ofStep(task.path);
    if (child === undefined) return false;
    const id = child.execution_id;
    if (child.awaited && this.ledger.hasEnded(id)) this.#run(() => this.#finish(task, child));
    else if (this.ledger.mayBeUnstarted(id)) this.#run(() => this.#startAgain(task, child, call));
    else this.#await(task, child);
    return true;
  }

  /** Others have written these events. True when one of them is what a step waits for. */
  heed(asides: readonly ExecutionEvent[]): boolean {
    let isNews = false;
    for (const event of asides) {
      if (event.type !== 'child_ended' || this.ledger.hasEnded(event.execution_id)) continue;
      this.ledger.note(event);
      const waiting = this.#waiting.get(event.execution_id);
      if (waiting === undefined) continue;
      isNews = true;
      const child = this.ledger.ofStep(waiting.task.path);
      if (child !== undefined) this.#run(() => this.#finish(waiting.task, child));
    }
    return this.tools.heed() || isNews;
  }

  /** Nobody waits for the step any more: neither for its execution. */
  abort(task: Task): void {
    if (task.tools !== null) return this.tools.abort(task);
    const child = this.ledger.ofStep(task.path);
    if (child === undefined || !this.#waiting.has(child.execution_id)) return;
    this.#forget(child);
    this.#cancel(child);
  }

  /** Nothing more is begun or recorded. */
  close(): void {
    this.#isClosed = true;
  }

  /** Null when the step has failed of it, or is over. */
  async #admit(task: Task, startedAt: string, call: ChildCall): Promise<AdmittedChild | null> {
    const { attempt } = task;
    try {
      if (this.ledger.count + this.#admitting > LIMITS.subWorkflowsPerExecution) throw tooManyChildren();
      const input = childInput(call.input ?? null, this.context.redact);
      const version = await this.#children.admit(call.workflowId, call.awaited, task.path);
      return this.#isOver(task, attempt) ? null : { ...call, input, version };
    } catch (error) {
      if (isOfPlatform(error)) throw error;
      if (!this.#isOver(task, attempt)) this.parts.record.attemptFailed(task, startedAt, error);
      return null;
    }
  }

  async #begin(task: Task, startedAt: string, { workflowId, version, awaited, input }: AdmittedChild): Promise<void> {
    const { path, attempt } = task;
    const { organisationId, executionId } = this.context;
    const source = [organisationId, 'sub_workflow', executionId, path, String(attempt)] as const;
    const execution_id = derivedId('execution', Date.parse(startedAt), source);
    const child = { execution_id, workflow_id: workflowId, version, awaited };
    const until = isoTime(this.#latest());
    this.parts.record.waiting(task, startedAt, { waitsFor: 'sub_workflow', until, child });
    this.ledger.begun(path, child);
    await this.#start(task, child, input);
  }

  /** An executor has died, and nobody knows whether it had started the execution: starting it again is starting it once. */
  async #startAgain(task: Task, child: ChildExecution, call: () => ChildCall): Promise<void> {
    let input: unknown;
    try {
      input = childInput(call().input ?? null, this.context.redact);
    } catch (error) {
      return this.parts.record.attemptFailed(task, task.startedAt ?? '', error);
    }
    await this.#start(task, child, input);
  }

  async #start(task: Task, child: ChildExecution, input: unknown): Promise<void> {
    const { attempt } = task;
    const startedAt = task.startedAt ?? '';
    await this.parts.journal.flush();
    if (this.#isOver(task, attempt)) return;
    await this.#children.start(child, { path: task.path, at: startedAt }, input);
    this.ledger.started(child.execution_id);
    if (this.#isOver(task, attempt)) return this.#cancel(child);
    if (!child.awaited) {
      return this.parts.record.completed(task, startedAt, { execution_id: child.execution_id });
    }
    if (this.ledger.hasEnded(child.execution_id)) return this.#finish(task, child);
    this.#await(task, child);
  }

  #await(task: Task, child: ChildExecution): void {
    const startedAt = task.startedAt ?? '';
    const { timeoutMs } = task.step;
    const latest = this.#latest();
    const timeoutAt = timeoutMs === null ? Infinity : Date.parse(startedAt) + timeoutMs;
    const expire = (): void => {
      this.#forget(child);
      this.#cancel(child);
      const failure =
        timeoutMs !== null && timeoutAt <= latest ? stepTimeout(timeoutMs) : waitedTooLong(isoTime(latest));
      this.parts.record.attemptFailed(task, startedAt, failure);
      this.parts.wake();
    };
    const isWanted = (): boolean => task.state !== 'settled';
    const cancelTimer = this.parts.timers.at(Math.min(timeoutAt, latest), expire, isWanted);
    this.#waiting.set(child.execution_id, { task, cancelTimer });
  }

  /** The execution of the step has ended: its result is that of the step. */
  async #finish(task: Task, child: ChildExecution): Promise<void> {
    const { attempt } = task;
    const startedAt = task.startedAt ?? '';
    const end = await this.#children.endOf(child.execution_id);
    if (this.#isOver(task, attempt)) return;
    this.#forget(child);
    if (end?.type === 'completed') return this.parts.record.completed(task, startedAt, end.output ?? null);
    this.parts.record.attemptFailed(task, startedAt, childFailure(child, end));
  }

  #forget({ execution_id }: ChildExecution): void {
    this.#waiting.get(execution_id)?.cancelTimer();
    this.#waiting.delete(execution_id);
  }

  /** At once, if that is possible; at its end the execution has all cancelled of which it does not know that they have ended. */
  #cancel({ execution_id, awaited }: ChildExecution): void {
    if (!awaited) return;
    this.#cancels = this.#cancels.then(async () => {
      if (!this.#isClosed) await this.#children.cancel(execution_id).catch(() => undefined);
    });
  }

  #run(work: () => Promise<void>): void {
    this.#busy++;
    work()
      .catch((error: unknown) => this.parts.broken(error))
      .finally(() => {
        this.#busy--;
        this.parts.wake();
      });
  }

  #isOver(task: Task, attempt: number): boolean {
    return this.#isClosed || task.state === 'settled' || task.attempt !== attempt;
  }

  /** For so long the version of an execution is kept, and what it is woken from. */
  #latest(): number {
    return Date.parse(this.context.startedAt) + LIMITS.executionWaitMs;
  }

  get #children(): ChildExecutions {
    const { children } = this.context;
    if (children === undefined) throw new StepFailure('STEP_TYPE_UNAVAILABLE', 'This executor starts no sub-workflows');
    return children;
  }
}

/** What a step is to start, as it may be started. */
type AdmittedChild = ChildCall & { readonly version: number };

/** Nobody's fault: it costs the execution no attempt, but is done again. */
function isOfPlatform(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'SERVICE_UNAVAILABLE' || error.code === 'STORAGE_FULL');
}
