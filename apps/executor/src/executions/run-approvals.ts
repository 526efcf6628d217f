import type { ApprovalDecision, ApprovalOutcome, ApprovalRequest, ExecutionEvent } from '@millrace/contracts';
import { parseMailbox } from '@millrace/service-kit/mailbox';
import type { EndedApproval } from '../steps/step-handler.js';

type Decided = Extract<ExecutionEvent, { type: 'approval_decided' }>;

/** What is known of one approval. */
interface KnownApproval {
  readonly decisions: Map<string, ApprovalDecision>;
  outcome: ApprovalOutcome | null;
  /** How often people were reminded, and when last: milliseconds since the epoch. */
  reminders: number;
  remindedAt: number | undefined;
  /** The latest attempt of each mail, by {@link mailKey}; `retryAt` is null when there will be none more. */
  readonly mails: Map<string, { readonly attempt: number; readonly retryAt: number | null }>;
}

/** A mail that an approver is to get. */
export interface DueMail {
  readonly to: string;
  /** Of which reminder; 0 for the request. */
  readonly number: number;
  readonly attempt: number;
  /** When, at the earliest; milliseconds since the epoch, -Infinity for at once. */
  readonly at: number;
  /** When the reminder was due that it is of; undefined for the request. */
  readonly about: number | undefined;
}

type Reminded = Extract<ExecutionEvent, { type: 'approval_reminded' }>;
type Mailed = Extract<ExecutionEvent, { type: 'approval_mailed' }>;

/**
 * What people have decided about the approvals of an execution, in the order of the journal: the first decision that has an outcome ends an approval. Who
 * may decide, and what comes of it, is known to who writes it there.
 */
export class RunApprovals {
  readonly #known = new Map<string, KnownApproval>();
  #heeded: Decided[] = [];

  /** The recorded events of an execution, in order. What was heeded before came after them. */
  replay(events: readonly ExecutionEvent[]): void {
    const later = this.#heeded;
    this.#known.clear();
    this.#heeded = [];
    this.heed(events);
    this.heed(later);
  }

  /** Events that are in the journal; decisions among them are kept. A run may get what others write more than once. */
  heed(events: readonly ExecutionEvent[]): void {
    for (const event of events)
      if (event.type === 'approval_decided') this.#add(event);
      else if (event.type === 'approval_reminded') this.#note(event);
      else if (event.type === 'approval_mailed') this.#noteMail(event);
  }

  /** What came of an approval; null while it is not decided. */
  ended(id: string): EndedApproval | null {
    const known = this.#known.get(id);
    if (known === undefined || known.outcome === null) return null;
    return { outcome: known.outcome, decisions: [...known.decisions.values()] };
  }

  /**
   * When people are to be reminded next of an approval that was asked for at `askedAt`, and for which time; null when they aren't. A reminder that is late
   * is not made up for: the next one comes when it would have come. Milliseconds since the epoch.
   */
  nextReminder({ id, reminders: wanted }: ApprovalRequest, askedAt: number): { at: number; number: number } | null {
    const { reminders = 0, remindedAt = askedAt } = this.#known.get(id) ?? {};
    if (wanted === undefined || reminders >= wanted.most) return null;
    const passed = Math.floor(Math.max(0, remindedAt - askedAt) / wanted.every_ms);
    return { at: askedAt + (passed + 1) * wanted.every_ms, number: reminders + 1 };
  }

  /** The mails of the latest reminder, or of the request, that have not been sent yet: to approvers that are addresses and have not decided. */
  mailsDue({ id, mail, approvers = [] }: ApprovalRequest): DueMail[] {
    if (mail === undefined || this.ended(id) !== null) return [];
    const { decisions, mails, reminders: number, remindedAt: about } = this.#of(id);
    const decided = new Set([...decisions.values()].map(({ by }) => by));
    return approvers.flatMap((to) => {
      if (decided.has(to) || 'problem' in parseMailbox(to)) return [];
      const last = mails.get(mailKey(number, to));
      if (last === undefined) return [{ to, number, about, attempt: 1, at: -Infinity }];
      return last.retryAt === null ? [] : [{ to, number, about, attempt: last.attempt + 1, at: last.retryAt }];
    });
  }

  /** What of these events may still be appended: an approval that was decided before has not expired, and nobody is reminded of it. */
  permitted(events: readonly ExecutionEvent[]): readonly ExecutionEvent[] {
    const isLate = (event: ExecutionEvent): boolean =>
      (event.type === 'approval_decided' || event.type === 'approval_reminded') &&
      this.ended(event.approval_id ?? '') !== null;
    return events.some(isLate) ? events.filter((event) => !isLate(event)) : events;
  }

  #add(event: Decided): void {
    const { approval_id: id, decision_id, decision, outcome, by = '', comment, at } = event;
    if (id === undefined) return;
    const known = this.#of(id);
    if (known.outcome !== null) return;
    this.#heeded.push(event);
    if (decision === 'approved' || decision === 'rejected')
      known.decisions.set(decision_id ?? `${at}:${by}`, {
        by,
        approved: decision === 'approved',
        comment: comment ?? null,
        at,
      });
    // One that only a newer version knows approves nothing.
    if (outcome !== undefined) known.outcome = outcome === 'approved' || outcome === 'expired' ? outcome : 'rejected';
  }

  /** What the run has heeded itself it may get again. */
  #note({ approval_id, number, at }: Reminded): void {
    const known = this.#of(approval_id);
    if (number <= known.reminders) return;
    known.reminders = number;
    known.remindedAt = Date.parse(at);
  }

  #noteMail({ approval_id, number, to, attempt, retry_at }: Mailed): void {
    const { mails } = this.#of(approval_id);
    const key = mailKey(number, to);
    if (attempt <= (mails.get(key)?.attempt ?? 0)) return;
    mails.set(key, { attempt, retryAt: retry_at === undefined ? null : Date.parse(retry_at) });
  }

  #of(id: string): KnownApproval {
    const known: KnownApproval = this.#known.get(id) ?? { ...UNDECIDED, decisions: new Map(), mails: new Map() };
    this.#known.set(id, known);
    return known;
  }
}

function mailKey(number: number, to: string): string {
  return `${number} ${to}`;
}

const UNDECIDED = { outcome: null, reminders: 0, remindedAt: undefined };
