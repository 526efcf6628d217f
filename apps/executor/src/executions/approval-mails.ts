import { LIMITS, type ApprovalRequest, type ExecutionEvent } from '@millrace/contracts';
import { isoTime } from '../clock.js';
import type { Task } from '../engine/frames.js';
import { StepFailure } from '../steps/step-failure.js';
import type { ApprovalRecorder, MailOutcome } from './approval-recorder.js';
import type { JournalWriter } from './journal-writer.js';
import type { DueMail, RunApprovals } from './run-approvals.js';
import type { RunContext } from './run-context.js';
import type { Timers } from './timers.js';

/** The pause before the second attempt; each later one is four times as long: the last attempt is about seven minutes after the first. */
const FIRST_PAUSE_MS = 5_000;
const PAUSE_FACTOR = 4;

/** What sending these mails works with. */
export interface ApprovalMailsParts {
  readonly approvals: RunApprovals;
  readonly record: Pick<ApprovalRecorder, 'mailed'>;
  readonly journal: Pick<JournalWriter, 'flush'>;
  readonly timers: Timers;
  /** Nothing is begun while the execution is paused. */
  readonly isPaused: () => boolean;
  /** Called when a mail has left, or not. */
  readonly onSettled: () => void;
}

/** The mails of one approval that are under way. Made with the first one: most executions send none, and a signal costs more than a pure step. */
interface Sending {
  readonly keys: Set<string>;
  readonly controller: AbortController;
}

/**
 * The mails that approvers get. They run beside the wait of their step and never fail it: what came of each is an event. The run cannot be suspended while one is
 * under way; one that is tried again later is a timer like any other. No mail leaves before the journal has what it is about.
 */
export class ApprovalMails {
  #isClosed = false;
  /** Those that are under way, by the step that waits for the approval. */
  readonly #sendings = new Map<Task, Sending>();
  readonly #timers = new Map<Task, () => void>();

  constructor(
    private readonly context: Pick<RunContext, 'clock' | 'organisationId' | 'program'>,
    private readonly parts: ApprovalMailsParts,
  ) {}

  /** While one is under way the run cannot be suspended. */
  get isBusy(): boolean {
    return this.#sendings.size > 0;
  }

  /** Sends what is due of an approval that waits, and sees to what is due later. May be called at any time. */
  send(task: Task, asked: ApprovalRequest): void {
    this.#forget(task);
    if (asked.mail === undefined || this.#isClosed || this.parts.isPaused()) return;
    const { approvals, timers } = this.parts;
    const now = this.context.clock.now();
    const underWay = this.#sendings.get(task)?.keys;
    const due = approvals.mailsDue(asked).filter((mail) => underWay?.has(keyOf(asked, mail)) !== true);
    for (const mail of due) if (mail.at <= now) this.#start(task, asked, mail);
    const next = Math.min(...due.map(({ at }) => at).filter((at) => at > now));
    if (next === Infinity) return;
    const isWanted = (): boolean => task.state !== 'settled' && approvals.ended(asked.id) === null;
    this.#timers.set(
      task,
      timers.at(next, () => this.send(task, asked), isWanted),
    );
  }

  /** Nobody waits for the approval any more: nothing more is begun, and what is under way is given up. */
  abort(task: Task): void {
    this.#forget(task);
    this.#sendings.get(task)?.controller.abort(new Error('Nobody waits for the approval any more'));
    this.#sendings.delete(task);
  }

  /** The run ends here: what is under way is given up, and sent again by the next one. */
  close(): void {
    this.#isClosed = true;
    for (const { controller } of this.#sendings.values())
      controller.abort(new Error('Others go on with the execution'));
    this.#sendings.clear();
  }

  #start(task: Task, asked: ApprovalRequest, mail: DueMail): void {
    const key = keyOf(asked, mail);
    const sending = this.#sendings.get(task) ?? { keys: new Set(), controller: new AbortController() };
    this.#sendings.set(task, sending);
    sending.keys.add(key);
    const { keys, controller } = sending;
    void this.#attempt(task, asked, mail, controller.signal).finally(() => {
      keys.delete(key);
      if (!controller.signal.aborted) {
        if (keys.size === 0) this.#sendings.delete(task);
        if (task.state !== 'settled') this.send(task, asked);
      }
      this.parts.onSettled();
    });
  }

  async #attempt(task: Task, asked: ApprovalRequest, mail: DueMail, signal: AbortSignal): Promise<void> {
    const { approvals, journal, record } = this.parts;
    try {
      await journal.flush();
    } catch {
      // The run reads it in the journal.
      return this.close();
    }
    // A decision may have come first: then the reminder was not written either.
    if (signal.aborted || approvals.ended(asked.id) !== null) return;
    const outcome = await this.#outcomeOf(task, asked, mail, signal);
    if (signal.aborted) return;
    const event: ExecutionEvent = record.mailed(task, asked, mail, outcome);
    approvals.heed([event]);
  }

  async #outcomeOf(
    task: Task,
    asked: ApprovalRequest,
    { to, number, attempt, about }: DueMail,
    signal: AbortSignal,
  ): Promise<MailOutcome> {
    const { organisationId, program } = this.context;
    const step = program.step(task.step);
    try {
      if (step.kind !== 'wait' || step.announce === undefined)
        throw new StepFailure('EMAIL_NOT_CONFIGURED', 'This executor sends no mails to approvers');
      const at = about ?? Date.parse(task.startedAt ?? '');
      const of = { organisationId, asked, to, number, at, until: task.waitsUntil, signal };
      return { result: 'sent', message_id: await step.announce(of) };
    } catch (error) {
      return this.#failed(task, StepFailure.from(error), attempt);
    }
  }

  #failed(task: Task, failure: StepFailure, attempt: number): MailOutcome {
    const error = failure.toFailure(task.path);
    if (failure.code === 'EMAIL_POSSIBLY_SENT') {
      const id = failure.details['message_id'];
      return { result: 'unsure', error, ...(typeof id === 'string' ? { message_id: id } : {}) };
    }
    const pause = FIRST_PAUSE_MS * PAUSE_FACTOR ** (attempt - 1);
    const at = this.context.clock.now() + pause;
    const isInTime = task.waitsUntil === null || at < Date.parse(task.waitsUntil);
    const isTriedAgain = failure.retryable && attempt < LIMITS.approvalMailAttempts && isInTime;
    return { result: 'failed', error, ...(isTriedAgain ? { retry_at: isoTime(at) } : {}) };
  }

  #forget(task: Task): void {
    this.#timers.get(task)?.();
    this.#timers.delete(task);
  }
}

function keyOf({ id }: ApprovalRequest, { to, number }: DueMail): string {
  return `${id} ${number} ${to}`;
}
