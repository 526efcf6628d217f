import { approvalIdOf, LIMITS, type ApprovalRequest, type ExecutionEvent } from '@millrace/contracts';
import { redacted } from '@millrace/service-kit/redaction';
import { isoTime } from '../clock.js';
import type { Task } from '../engine/frames.js';
import { StepFailure } from '../steps/step-failure.js';
import type { EndedWait, ReceivedSignal, Wait } from '../steps/step-handler.js';
import { ApprovalMails, type ApprovalMailsParts } from './approval-mails.js';
import { RunApprovals } from './run-approvals.js';
import type { RunContext } from './run-context.js';
import { RunSignals } from './run-signals.js';
import type { StepRecorder } from './step-recorder.js';
import { stepTimeout } from './step-timeout.js';
import type { Timers } from './timers.js';

type Outcome = (ended: EndedWait) => unknown;

/** A wait that goes on, for which a timer is set. */
interface OpenWait {
  readonly outcome: Outcome;
  readonly cancel: () => void;
}

type WaitsContext = Pick<RunContext, 'clock' | 'startedAt' | 'executionId' | 'organisationId' | 'program' | 'redact'>;

/** What waits work with. */
interface WaitsParts {
  readonly record: Pick<StepRecorder, 'started' | 'waiting' | 'completed' | 'attemptFailed' | 'approvals'>;
  readonly timers: Timers;
  /** Called when a wait has ended, later than it began. */
  readonly onEnded: () => void;
  readonly journal: ApprovalMailsParts['journal'];
  readonly isPaused: ApprovalMailsParts['isPaused'];
  /** Called when there is something to deliver that nobody else has brought. */
  readonly onNews: () => void;
}

/**
 * Steps that wait. A long wait is recorded when it begins, so that the execution can be suspended over it; a short one is
 * not, and keeps the execution in its process. While the process has the execution, both end by a timer of it, or by a signal.
 */
export class StepWaits {
  readonly #signals = new RunSignals();
  readonly approvals = new RunApprovals();
  readonly #mails: ApprovalMails;
  /** Approvals whose time is over, which the journal is about to decide. */
  #expiring = 0;
  readonly #open = new Map<Task, OpenWait>();

  constructor(
    private readonly context: WaitsContext,
    private readonly parts: WaitsParts,
  ) {
    const { record, journal, timers, isPaused, onEnded } = parts;
    const { approvals } = this;
    this.#mails = new ApprovalMails(context, {
      ...{ approvals, record: record.approvals, journal, timers, isPaused },
      onSettled: onEnded,
    });
  }

  /** While a mail is under way the run cannot be suspended. */
  get isBusy(): boolean {
    return this.#mails.isBusy;
  }

  /** The execution is paused no more: sends what was held back. */
  release(): void {
    for (const task of this.#open.keys())
      if (task.waitsForApproval !== null) this.#mails.send(task, task.waitsForApproval);
  }

  /** The run ends here. */
  close(): void {
    this.#mails.close();
  }

  /** A step begins to wait. `startedAt` is the ISO time of this attempt. */
  begin(task: Task, startedAt: string, wait: Wait, outcome: Outcome): void {
    if (wait.waitsFor === 'signal') return this.#beginForSignal(task, startedAt, wait, outcome);
    if (wait.waitsFor === 'approval') return this.#beginForApproval(task, startedAt, wait, outcome);
    const { record } = this.parts;
    const { until } = wait;
    const left = until - this.context.clock.now();
    if (left <= 0) return record.completed(task, startedAt, outcome(wait));
    if (until > this.#latest()) return record.attemptFailed(task, startedAt, this.#tooLong(until));
    if (left <= LIMITS.waitInProcessMs) record.started(task, startedAt);
    else record.waiting(task, startedAt, { waitsFor: 'time', until: isoTime(until) });
    this.#await(task, until, outcome);
  }

  /** Goes on with a wait that the journal has. */
  goOn(task: Task, outcome: Outcome): void {
    this.#await(task, task.waitsUntil === null ? Infinity : Date.parse(task.waitsUntil), outcome);
  }

  /** Whether a signal or a decision has come that an open wait is for, or is about to. */
  get hasNews(): boolean {
    if (this.#expiring > 0) return true;
    for (const { waitsForSignal, waitsForApproval } of this.#open.keys()) {
      if (waitsForSignal !== null && this.#signals.has(waitsForSignal)) return true;
      if (waitsForApproval !== null && this.approvals.ended(waitsForApproval.id) !== null) return true;
    }
    return false;
  }

  /** The recorded events of an execution, in order. What was heeded before came after them. */
  replay(events: readonly ExecutionEvent[]): void {
    this.#signals.replay(events);
    this.approvals.replay(events);
  }

  /** Others have written these events into the journal. */
  heed(asides: readonly ExecutionEvent[]): void {
    this.#signals.heed(asides);
    this.approvals.heed(asides);
  }

  /** Gives what has come to the steps that wait for it: signals first to whom waits for longest. */
  deliver(): void {
    for (const [task, { outcome, cancel }] of [...this.#open]) {
      const asked = task.waitsForApproval;
      const ended = asked === null ? null : this.approvals.ended(asked.id);
      if (asked !== null && ended !== null) {
        cancel();
        this.#open.delete(task);
        this.#decided(task, () => outcome({ waitsFor: 'approval', asked, ended }));
        this.parts.onEnded();
      }
      const signal = task.waitsForSignal;
      const received = signal === null ? undefined : this.#signals.take(signal);
      if (received === undefined) continue;
      cancel();
      this.#open.delete(task);
      this.#completed(task, task.startedAt ?? '', outcome, received);
      this.parts.onEnded();
    }
  }

  /** Nobody waits for the step any more. */
  abort(task: Task): void {
    this.#open.get(task)?.cancel();
    this.#open.delete(task);
  }

  /** One that is there already is taken at once. For whatever time: a signal can come at any moment, also when nobody runs the execution. */
  #beginForSignal(
    task: Task,
    startedAt: string,
    { signal, until }: Extract<Wait, { waitsFor: 'signal' }>,
    outcome: Outcome,
  ): void {
    const { record } = this.parts;
    // It is recorded as it is: whoever sends the signal has to know it.
    if (redacted(signal, this.context.redact) !== signal) return record.attemptFailed(task, startedAt, secretName());
    const received = this.#signals.take(signal);
    if (received !== undefined) return this.#completed(task, startedAt, outcome, received);
    const now = this.context.clock.now();
    if (until !== null && until <= now)
      return record.completed(task, startedAt, outcome({ waitsFor: 'signal', signal, received: null }));
    const latest = this.#latest();
    if ((until ?? now) > latest) return record.attemptFailed(task, startedAt, this.#tooLong(until ?? now));
    record.waiting(task, startedAt, { waitsFor: 'signal', until: until === null ? null : isoTime(until), signal });
    this.#await(task, until ?? Infinity, outcome);
  }

  /** It is suspended over, however soon it expires: people take their time. */
  #beginForApproval(
    task: Task,
    startedAt: string,
    { asks, until }: Extract<Wait, { waitsFor: 'approval' }>,
    outcome: Outcome,
  ): void {
    const { record } = this.parts;
    if (until > this.#latest()) return record.attemptFailed(task, startedAt, this.#tooLong(until));
    const id = approvalIdOf(this.context.executionId, task.path, task.attempt);
    record.waiting(task, startedAt, { waitsFor: 'approval', until: isoTime(until), approval: { id, ...asks } });
    if (task.state === 'waiting') this.#await(task, until, outcome);
  }

  /**
   * Whether it has expired is decided by the journal: somebody may have decided in time, and the run does not know of it yet. So the step ends once the journal
   * has one or the other.
   */
  #expire(task: Task, asked: ApprovalRequest, outcome: Outcome): void {
    this.#open.set(task, { outcome, cancel: () => undefined });
    this.#expiring++;
    const { event, recorded } = this.parts.record.approvals.expired(task, asked);
    const done = (isRecorded: boolean): void => {
      this.#expiring--;
      if (isRecorded) this.approvals.heed([event]);
      this.parts.onNews();
      this.parts.onEnded();
    };
    // The run reads a failure in the journal.
    void recorded.then(
      () => done(true),
      () => done(false),
    );
  }

  #decided(task: Task, output: () => unknown): void {
    const startedAt = task.startedAt ?? '';
    let result: unknown;
    try {
      result = output();
    } catch (error) {
      return this.parts.record.attemptFailed(task, startedAt, error);
    }
    this.parts.record.completed(task, startedAt, result);
  }

  #completed(task: Task, startedAt: string, outcome: Outcome, received: ReceivedSignal): void {
    const output = outcome({ waitsFor: 'signal', signal: received.name, received });
    this.parts.record.completed(task, startedAt, output, { signalId: received.id });
  }

  #await(task: Task, until: number, outcome: Outcome): void {
    const { record, timers, onEnded } = this.parts;
    const startedAt = task.startedAt ?? '';
    const { timeoutMs } = task.step;
    const timeoutAt = timeoutMs === null ? Infinity : Date.parse(startedAt) + timeoutMs;
    const latest = until === Infinity && task.waitsForSignal !== null ? this.#latest() : Infinity;
    const end = Math.min(until, timeoutAt, latest);
    const signal = task.waitsForSignal;
    const asked = task.waitsForApproval;
    const cancels: (() => void)[] = [];
    const cancel = (): void => {
      cancels.forEach((one) => one());
      this.#mails.abort(task);
    };
    const expire = (): void => {
      cancel();
      this.#open.delete(task);
      if (timeoutMs !== null && timeoutAt < until && timeoutAt <= latest)
        record.attemptFailed(task, startedAt, stepTimeout(timeoutMs));
      else if (latest < until) record.attemptFailed(task, startedAt, this.#tooLong(latest));
      else if (asked !== null) return this.#expire(task, asked, outcome);
      else if (signal !== null)
        record.completed(task, startedAt, outcome({ waitsFor: 'signal', signal, received: null }));
      else record.completed(task, startedAt, outcome({ waitsFor: 'time', until }));
      onEnded();
    };
    // Another one that was due as well may have ended the parallel around it.
    if (end !== Infinity) cancels.push(timers.at(end, expire, () => task.state !== 'settled'));
    this.#open.set(task, { outcome, cancel });
    if (asked === null) return;
    this.#remind(task, asked, end, (reminder) => (cancels[1] = reminder));
    this.#mails.send(task, asked);
  }

  /** Sets the timer of the next reminder before `end`, if there is one; `set` takes how to take it back. */
  #remind(task: Task, asked: ApprovalRequest, end: number, set: (cancel: () => void) => void): void {
    const next = this.approvals.nextReminder(asked, Date.parse(task.startedAt ?? ''));
    if (next === null || next.at >= end) return;
    const remind = (): void => {
      this.approvals.heed([this.parts.record.approvals.reminded(task, asked, next.number)]);
      this.#remind(task, asked, end, set);
      this.#mails.send(task, asked);
      // So that the execution is suspended again.
      this.parts.onEnded();
    };
    const isWanted = (): boolean => task.state !== 'settled' && this.approvals.ended(asked.id) === null;
    set(this.parts.timers.at(next.at, remind, isWanted));
  }

  /** For so long the version of an execution is kept, and what it is woken from. */
  #latest(): number {
    return Date.parse(this.context.startedAt) + LIMITS.executionWaitMs;
  }

  #tooLong(until: number): StepFailure {
    const latest = isoTime(this.#latest());
    const message = `The wait would end at ${isoTime(until)}, but an execution can wait until ${latest} at the latest: ${LIMITS.executionWaitMs / 86_400_000} days after its start`;
    return new StepFailure('WAIT_TOO_LONG', message, { details: { until: isoTime(until), latest } });
  }
}

function secretName(): StepFailure {
  const message = 'config.signal has a secret in it, and the name of a signal is recorded: name it by something else';
  return new StepFailure('EXPRESSION_FAILED', message, { details: { field: 'config.signal' } });
}
