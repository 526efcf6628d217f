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
  /** Told when a mail has left, or not. */
  readonly onSettled: () => void;
}

/**
 * The mails that approvers get. They run beside the wait of their step and never fail it: what came of each is an event. The run cannot be suspended while one is
 * under way; one that is tried again later is a timer like any other. No mail leaves before the journal has what it is about.
 */
export class ApprovalMails {
  /** Made with the first mail: most executions send none, and a signal costs more than a pure step. */
  #controller: AbortController | undefined;
  #isClosed = false;
  readonly #underWay = new Set<string>();
  readonly #timers = new Map<Task, () => void>();

  constructor(
    private readonly context: Pick<RunContext, 'clock' | 'organisationId' | 'program'>,
    private readonly parts: ApprovalMailsParts,
  ) {}

  /** While one is under way the run cannot be suspended. */
  get isBusy(): boolean {
    return this.#underWay.size > 0;
  }

  /** Sends what is due of an approval that waits, and sees to what is due later. May be called at any time. */
  send(task: Task, asked: ApprovalRequest): void {
    this.#forget(task);
    if (asked.mail === undefined || this.#isClosed || this.parts.isPaused()) return;
    const { approvals, timers } = this.parts;
    const now = this.context.clock.now();
    const due = approvals.mailsDue(asked).filter((mail) => !this.#underWay.has(keyOf(asked, mail)));
    for (const mail of due) if (mail.at <= now) this.#start(task, asked, mail);
    const next = Math.min(...due.map(({ at }) => at).filter((at) => at > now));
    if (next === Infinity) return;
    const isWanted = (): boolean => task.state !== 'settled' && approvals.ended(asked.id) === null;
    this.#timers.set(
      task,
      timers.at(next, () => this.send(task, asked), isWanted),
    );
  }

  /** Nobody waits for the approval any more: nothing more is begun. */
  abort(task: Task): void {
    this.#forget(task);
  }

  /** The run ends here: what is under way is given up, and sent again by the next one. */
  close(): void {
    this.#isClosed = true;
    this.#controller?.abort(new Error('Others go on with the execution'));
  }

  #start(task: Task, asked: ApprovalRequest, mail: DueMail): void {
    const key = keyOf(asked, mail);
    this.#underWay.add(key);
    void this.#attempt(task, asked, mail).finally(() => {
      this.#underWay.delete(key);
      if (task.state !== 'settled') this.send(task, asked);
      this.parts.onSettled();
    });
  }

  async #attempt(task: Task, asked: ApprovalRequest, mail: DueMail): Promise<void> {
    const { approvals, journal, record } = this.parts;
    try {
      await journal.flush();
    } catch {
      // The run hears of it by the journal.
      return this.close();
    }
    // A decision may have come first: then the reminder was not written either.
    if (this.#isClosed || approvals.ended(asked.id) !== null) return;
    const outcome = await this.#outcomeOf(task, asked, mail);
    if (this.#isClosed) return;
    const event: ExecutionEvent = record.mailed(task, asked, mail, outcome);
    approvals.heed([event]);
  }

  async #outcomeOf(task: Task, asked: ApprovalRequest, { to, number, attempt, about }: DueMail): Promise<MailOutcome> {
    const { organisationId, program } = this.context;
    const step = program.step(task.step);
    try {
      if (step.kind !== 'wait' || step.announce === undefined)
        throw new StepFailure('EMAIL_NOT_CONFIGURED', 'This executor sends no mails to approvers');
      const at = about ?? Date.parse(task.startedAt ?? '');
      const { signal } = (this.#controller ??= new AbortController());
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
