import { LIMITS, type EndEvent, type ExecutionEvent } from '@millrace/contracts';
import { isoTime } from '../clock.js';
import type { Action } from '../engine/frames.js';
import { eventWeight, Holdings } from '../engine/holdings.js';
import { ExecutionMachine } from '../engine/machine.js';
import { innermostPath } from '../engine/results.js';
import { Allowance } from './allowance.js';
import { EffectRunner } from './effect-runner.js';
import { executionOutput } from './execution-output.js';
import { ExecutorStoppingError } from './executor-stopping.error.js';
import { JournalWriter, type AppendEntry } from './journal-writer.js';
import { linkedEnd } from '@millrace/service-kit/child-ledger';
import { replayRun, SLICE_MS } from './replay-run.js';
import { CancelRequests } from './run-cancel.js';
import type { RunContext } from './run-context.js';
import { Pause } from './run-pause.js';
import { RunSuspension, suspendedEvent } from './run-suspension.js';
import { StepChildren } from './step-children.js';
import { StepRecorder } from './step-recorder.js';
import { StepWaits } from './step-waits.js';
import { TaskRunner } from './task-runner.js';
import { Timers } from './timers.js';
import { WakeUp } from './wake-up.js';

/** Pure steps that may outrun the journal wait for it above this, in bytes of JSON. */
const LARGEST_BACKLOG = 4 * 1024 * 1024;

/**
 * Runs one execution to its end, or until it can only wait: asks the machine what to do, does it, records what happened and passes it to the machine. The
 * machine gets only what is recorded, in the order it is recorded, so a replay of the journal leads to the same state.
 */
export class ExecutionRun {
  readonly #machine: ExecutionMachine;
  readonly #journal: JournalWriter;
  readonly #effects: EffectRunner;
  readonly #timers: Timers;
  readonly #allowance: Allowance;
  readonly #record: StepRecorder;
  readonly #children: StepChildren;
  readonly #tasks: TaskRunner;
  readonly #cancel: CancelRequests;
  readonly #waits: StepWaits;
  readonly #pause: Pause;
  readonly #wakeUp = new WakeUp();
  readonly #suspension: RunSuspension;
  #interruption: { readonly error: unknown } | undefined;
  /** The event with which this run ends: the execution's end, or that it is suspended. */
  #last: ExecutionEvent | undefined;

  constructor(private readonly context: RunContext) {
    this.#machine = new ExecutionMachine(context.program.plan, context.scope, new Holdings(context.limitBytes));
    this.#timers = new Timers(context.clock);
    this.#suspension = new RunSuspension(this.#timers);
    this.#cancel = new CancelRequests(() => this.#stop());
    this.#pause = new Pause(() => this.#pauseChanged());
    const heeding = {
      heed: (asides: readonly ExecutionEvent[]) => this.heed(asides),
      permitted: (events: readonly ExecutionEvent[]) =>
        this.#suspension.permitted(this.#waits.approvals.permitted(this.#cancel.permitted(events))),
    };
    const append: AppendEntry = (events, bytes) => context.append(events, bytes, heeding);
    this.#journal = new JournalWriter(append, context.clock, (error) => this.interrupt(error));
    this.#allowance = new Allowance(this.#machine, context, () => this.#wakeUp.tell());
    this.#record = new StepRecorder(context, this.#journal, this.#machine, this.#allowance);
    this.#effects = new EffectRunner(context, this.#journal, {
      completed: (task, startedAt, output, noted) => this.#record.completed(task, startedAt, output, noted),
      failed: (task, startedAt, error, noted) => this.#record.attemptFailed(task, startedAt, error, noted),
      broken: (error) => this.interrupt(error),
      inDoubt: (task, failure) => this.#record.inDoubt(task, failure),
      wantsTools: (...wanted) => this.#children.tools.begin(...wanted),
      reading: (task, bytes) => this.#allowance.reading(task, bytes),
      settled: () => this.#wakeUp.tell(),
    });
    const wake = (): void => this.#wakeUp.tell();
    const shared = { journal: this.#journal, record: this.#record, timers: this.#timers };
    const isPaused = (): boolean => this.#pause.isPaused;
    this.#waits = new StepWaits(context, { ...shared, isPaused, onEnded: wake, onNews: () => this.heed([]) });
    this.#children = new StepChildren(context, { ...shared, wake, broken: (error) => this.interrupt(error) });
    this.#tasks = new TaskRunner(context, {
      ...shared,
      machine: this.#machine,
      waits: this.#waits,
      children: this.#children,
      effects: this.#effects,
      allowance: this.#allowance,
      pause: this.#pause,
      wake,
    });
  }

  /**
   * Runs a new execution. `started` is its first event. Returns the last one that is in the journal when it resolves: the end, or
   * `suspended`. Throws what the journal's append throws, or the reason of {@link interrupt}.
   */
  start(started: Extract<ExecutionEvent, { type: 'started' }>): Promise<ExecutionEvent> {
    const weight = eventWeight(started);
    if (weight !== null) this.#machine.holdings.add(weight);
    this.#journal.record(started, weight?.bytes ?? 0);
    this.#machine.start();
    return this.#run();
  }

  /**
   * Continues where the recorded events end; the claim of an execution is recorded before. `onReplayed` is called when what
   * they hold counts as memory of this process. Returns and throws as {@link start}, and ReplayMismatchError.
   */
  async resume(events: readonly ExecutionEvent[], onReplayed: () => void = () => undefined): Promise<ExecutionEvent> {
    this.#pause.heed(events);
    this.#waits.replay(events);
    this.#machine.start();
    for (const event of events) this.#children.ledger.note(event);
    await replayRun(this.#machine, events, this.context, () => this.#throwIfInterrupted());
    for (const task of this.#machine.openTasks()) this.#tasks.goOn(task);
    this.#waits.deliver();
    const last = this.#run();
    onReplayed();
    return last;
  }

  /** Stops everything and lets the run throw `error`: its journal belongs to somebody else now, or the process ends. */
  interrupt(error: unknown): void {
    this.#interruption ??= { error };
    this.#effects.abortAll(new Error('Others go on with the execution'));
    this.#wakeUp.tell();
  }

  /** Others have written these events into the journal. */
  heed(asides: readonly ExecutionEvent[]): void {
    this.#cancel.heed(asides);
    if (this.#children.heed(asides)) this.#suspension.unwant();
    this.#pause.heed(asides);
    this.#waits.heed(asides);
    if (this.#last === undefined && !this.#cancel.isRequested) this.#waits.deliver();
  }

  async #run(): Promise<ExecutionEvent> {
    const { timeoutMs } = this.context.program.plan;
    const deadline = timeoutMs === null ? Infinity : Date.parse(this.context.startedAt) + timeoutMs;
    if (timeoutMs !== null) this.#timers.at(deadline, () => this.#expire(timeoutMs));
    try {
      this.#allowance.open();
      for (;;) {
        await this.#work(deadline, timeoutMs);
        if (this.#last === undefined) {
          this.#throwIfInterrupted();
          if (!this.#cancel.isRequested) this.#last = this.#suspend();
        }
        const last = await this.#appendLast();
        if (last?.type === 'suspended') this.#tasks.suspended();
        if (last !== undefined) return last;
        await this.#wakeUp.wait();
      }
    } catch (error) {
      // Results that were got but not yet appended would make their steps run again.
      if (error instanceof ExecutorStoppingError) await this.#journal.flush().catch(() => undefined);
      throw error;
    } finally {
      this.#close();
      this.#timers.close();
      this.#allowance.close();
      this.#journal.close();
    }
  }

  /** Appends the event with which this run ends, if there is one: that of a request to cancel which came before it into the journal, or its own. */
  async #appendLast(): Promise<ExecutionEvent | undefined> {
    for (;;) {
      const cancelled = this.#cancel.end(this.#now(), this.#effects.begun());
      const end = cancelled && linkedEnd(cancelled, this.context, this.#children.ledger);
      if (end !== undefined) this.#journal.record(end, 0);
      const last = end ?? this.#last;
      if (last === undefined) return undefined;
      await this.#journal.flush();
      if (last === end) return last;
      if (this.#suspension.takeBack()) {
        if (!this.#cancel.isRequested) return this.#goOn();
      } else if (!this.#cancel.isRequested) return last;
    }
  }

  /** What was held back may begin, unless this run is about to end: then that is seen to when it is known how it ended. */
  #pauseChanged(): void {
    const isEnding = this.#last !== undefined || this.#cancel.isRequested || this.#interruption !== undefined;
    if (!this.#pause.isPaused && !isEnding) this.#release();
    this.#wakeUp.tell();
  }

  #release(): void {
    for (const task of this.#pause.release()) this.#tasks.run(task);
    this.#waits.release();
  }

  /** The suspension did not come to be. */
  #goOn(): undefined {
    this.#last = undefined;
    if (!this.#pause.isPaused) this.#release();
    this.#waits.deliver();
    this.#wakeUp.tell();
  }

  /** Nothing more is begun, and what others answer is neither waited for nor recorded. */
  #close(): void {
    this.#waits.close();
    this.#tasks.close();
    this.#children.close();
    this.#effects.abortAll();
  }

  #stop(): void {
    this.#close();
    this.#timers.close();
    this.#wakeUp.tell();
  }

  /** Does all that can be done now. */
  async #work(deadline: number, timeoutMs: number | null): Promise<void> {
    const { clock, organisationId } = this.context;
    let sliceEnd = clock.now() + SLICE_MS;
    if (!this.#cancel.isRequested) this.#tasks.deliver();
    while (!this.#cancel.isRequested) {
      const action = this.#machine.take();
      if (action === undefined) return;
      this.#perform(action);
      if (this.#journal.backlog > LARGEST_BACKLOG) await this.#journal.flush();
      // After every action: one may take as long as the texts of a step may compute.
      const now = clock.now();
      if (now < sliceEnd) continue;
      await clock.yield(organisationId);
      this.#throwIfInterrupted();
      // The timer may not have had its turn yet.
      if (now > deadline && timeoutMs !== null) this.#expire(timeoutMs);
      sliceEnd = clock.now() + SLICE_MS;
    }
  }

  #perform(action: Action): void {
    switch (action.kind) {
      case 'run':
        return this.#tasks.run(action.task);
      case 'settle':
        return this.#tasks.settle(action.task, action.result);
      case 'abort':
        return this.#tasks.abort(action.task);
      case 'complete':
        return this.#complete(action);
      case 'fail':
        return this.#finish(
          { type: 'failed', at: this.#now(), error: action.failure, ...innermostPath(action.failure, action.path) },
          0,
        );
    }
  }

  #complete(action: Extract<Action, { kind: 'complete' }>): void {
    const at = this.#now();
    const result = executionOutput(this.context, action);
    if ('failure' in result) return this.#finish({ type: 'failed', at, error: result.failure }, 0);
    const { output, size } = result;
    // What does not fit is wanted failed by now.
    if (this.#allowance.charge('output', size)) this.#finish({ type: 'completed', at, output }, size.bytes);
  }

  #finish(ended: EndEvent, bytes: number): void {
    const end = linkedEnd(ended, this.context, this.#children.ledger);
    this.#journal.record(end, bytes);
    this.#machine.end();
    this.#last = end;
    // At once, and not when it is the turn of the machine's actions: what they read meanwhile may be what the execution failed of.
    this.#close();
  }

  #expire(timeoutMs: number): void {
    if (this.#last !== undefined) return;
    const message = `The execution took longer than its timeout of ${timeoutMs} ms (settings.timeout)`;
    this.#machine.expire({ code: 'EXECUTION_TIMEOUT', message, details: { timeout_ms: timeoutMs } });
    this.#wakeUp.tell();
  }

  /** When nothing can happen for a while but that time passes, this run ends; another one goes on then. */
  #suspend(): ExecutionEvent | undefined {
    const { isPaused } = this.#pause;
    if (this.#children.isBusy || this.#waits.isBusy || (isPaused ? !this.#tasks.areAtRest() : !this.#tasks.onlyWait))
      return undefined;
    // Of a paused one nothing goes on when its time comes.
    const until = isPaused ? Infinity : this.#timers.earliest();
    if (until - this.context.clock.now() <= LIMITS.waitInProcessMs) return undefined;
    this.#suspension.begin(() => (!isPaused || this.#pause.isPaused) && !this.#waits.hasNews && !this.#tasks.hasNews);
    const suspended = suspendedEvent(this.context, until, this.#children.ledger);
    this.#journal.record(suspended, 0);
    return suspended;
  }

  #now(): string {
    return isoTime(this.context.clock.now());
  }

  #throwIfInterrupted(): void {
    if (this.#interruption !== undefined) throw this.#interruption.error;
  }
}
