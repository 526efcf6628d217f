import type { ApprovalRequest, ExecutionEvent, Failure } from '@millrace/contracts';
import { isoTime, type Clock } from '../clock.js';
import type { Task } from '../engine/frames.js';
import type { JournalWriter } from './journal-writer.js';
import type { DueMail } from './run-approvals.js';

/** What came of one attempt to send a mail; `retry_at` when it is made again. */
export type MailOutcome =
  | { readonly result: 'sent'; readonly message_id: string }
  | { readonly result: 'unsure'; readonly message_id?: string; readonly error: Failure }
  | { readonly result: 'failed'; readonly error: Failure; readonly retry_at?: string };

/** Writes into the journal what time does to an approval that waits. */
export class ApprovalRecorder {
  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly journal: Pick<JournalWriter, 'record' | 'flush'>,
  ) {}

  /** Nobody has decided in time. Returns the event, which holds once it is in the journal and nothing else has come before it. */
  expired(
    { path }: Task,
    { id }: ApprovalRequest,
  ): { readonly event: ExecutionEvent; readonly recorded: Promise<void> } {
    const event = {
      ...({ type: 'approval_decided', at: this.#now(), path, approval_id: id } as const),
      ...({ decision: 'expired', outcome: 'expired' } as const),
    };
    this.journal.record(event, 0);
    return { event, recorded: this.journal.flush() };
  }

  /** People are reminded for the `number`th time. Returns the event. */
  reminded({ path, waitsUntil }: Task, { id }: ApprovalRequest, number: number): ExecutionEvent {
    const until = waitsUntil === null ? {} : { until: waitsUntil };
    const event = { type: 'approval_reminded', at: this.#now(), path, approval_id: id, number, ...until } as const;
    this.journal.record(event, 0);
    return event;
  }

  /** What came of a mail to an approver. Returns the event. */
  mailed(
    { path }: Task,
    { id }: ApprovalRequest,
    { to, number, attempt }: DueMail,
    outcome: MailOutcome,
  ): ExecutionEvent {
    const of = { path, approval_id: id, to, number, attempt };
    const event = { type: 'approval_mailed', at: this.#now(), ...of, ...outcome } as const;
    this.journal.record(event, 0);
    return event;
  }

  #now(): string {
    return isoTime(this.clock.now());
  }
}
