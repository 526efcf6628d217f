import type { ApprovalDecision, ApprovalOutcome, ExecutionEvent } from '@millrace/contracts';
import type { EndedApproval } from '../steps/step-handler.js';

type Decided = Extract<ExecutionEvent, { type: 'approval_decided' }>;

/** What is known of one approval. */
interface KnownApproval {
  readonly decisions: Map<string, ApprovalDecision>;
  outcome: ApprovalOutcome | null;
}

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

  /** Events that are in the journal; decisions among them are kept. Of what others write a run may be told more than once. */
  heed(events: readonly ExecutionEvent[]): void {
    for (const event of events) if (event.type === 'approval_decided') this.#add(event);
  }

  /** What came of an approval; null while it is not decided. */
  ended(id: string): EndedApproval | null {
    const known = this.#known.get(id);
    if (known === undefined || known.outcome === null) return null;
    return { outcome: known.outcome, decisions: [...known.decisions.values()] };
  }

  /** What of these events may still be appended: an approval that was decided before has not expired. */
  permitted(events: readonly ExecutionEvent[]): readonly ExecutionEvent[] {
    const isLate = (event: ExecutionEvent): boolean =>
      event.type === 'approval_decided' && this.ended(event.approval_id ?? '') !== null;
    return events.some(isLate) ? events.filter((event) => !isLate(event)) : events;
  }

  #add(event: Decided): void {
    const { approval_id: id, decision_id, decision, outcome, by = '', comment, at } = event;
    if (id === undefined) return;
    const known = this.#known.get(id) ?? { decisions: new Map<string, ApprovalDecision>(), outcome: null };
    this.#known.set(id, known);
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
}
