import {
  approvalRequestIn,
  type ApprovalDecision,
  type ApprovalMail,
  type ApprovalOutcome,
  type ApprovalRequest,
  type ApprovalResource,
  type ExecutionEvent,
} from '@millrace/contracts';

type Waiting = Extract<ExecutionEvent, { type: 'step_waiting' }>;
type Decided = Extract<ExecutionEvent, { type: 'approval_decided' }>;
type Mailed = Extract<ExecutionEvent, { type: 'approval_mailed' }>;

/** One approval, as the journal has it so far. */
export interface LedgerApproval {
  readonly request: ApprovalRequest;
  readonly path: string;
  readonly requestedAt: string;
  readonly expiresAt: string;
  readonly decisions: ApprovalDecision[];
  readonly decisionIds: Set<string>;
  /** The latest to each approver, in the order of their first. */
  readonly mails: Map<string, ApprovalMail>;
  outcome: ApprovalOutcome | null;
  /** When it took the last decision that it needs, or its step ended otherwise; null while it is open. */
  closedAt: string | null;
}

/** What the journal of an execution says about approvals, made while its events are read. */
export class ApprovalLedger {
  readonly #approvals = new Map<string, LedgerApproval>();
  /** Ids of those that are open, by the paths of their steps. */
  readonly #open = new Map<string, string>();
  #workflow = '';

  /** The workflow of the execution, once its beginning was read. */
  get workflowId(): string {
    return this.#workflow;
  }

  add(events: readonly ExecutionEvent[]): void {
    for (const event of events) this.#addOne(event);
  }

  /** One of them, or undefined. */
  find(id: string): LedgerApproval | undefined {
    return this.#approvals.get(id);
  }

  #addOne(event: ExecutionEvent): void {
    switch (event.type) {
      case 'started':
        this.#workflow = event.workflow_id;
        break;
      case 'step_waiting':
        this.#ask(event);
        break;
      case 'approval_decided':
        this.#decide(event);
        break;
      case 'approval_mailed':
        this.#approvals.get(event.approval_id)?.mails.set(event.to, mailIn(event));
        break;
      case 'step_completed':
      case 'step_failed':
        this.#end(event.path, event.at);
        break;
      case 'completed':
      case 'failed':
      case 'cancelled':
        for (const path of [...this.#open.keys()]) this.#close(path, event.at);
        break;
      default:
        break;
    }
  }

  #ask(event: Waiting): void {
    const request = approvalRequestIn(event);
    if (request === null || this.#approvals.has(request.id)) return;
    const { path, at, until } = event;
    const times = { requestedAt: at, expiresAt: until ?? at };
    const undecided = { decisions: [], decisionIds: new Set<string>(), outcome: null, closedAt: null };
    const mails = new Map<string, ApprovalMail>();
    this.#approvals.set(request.id, { request, path, ...times, ...undecided, mails });
    this.#open.set(path, request.id);
  }

  #decide(event: Decided): void {
    const approval = this.#approvals.get(event.approval_id ?? '');
    if (approval === undefined || approval.closedAt !== null) return;
    const decision = decisionIn(event);
    if (decision !== null) approval.decisions.push(decision);
    if (event.decision_id !== undefined) approval.decisionIds.add(event.decision_id);
    const outcome = outcomeIn(event);
    if (outcome === null) return;
    approval.outcome = outcome;
    this.#close(approval.path, event.at);
  }

  /** What was inside of a step that has ended is open no more either. */
  #end(path: string, at: string): void {
    if (this.#open.has(path)) return this.#close(path, at);
    for (const inner of [...this.#open.keys()]) if (isInside(inner, path)) this.#close(inner, at);
  }

  #close(path: string, at: string): void {
    const approval = this.#approvals.get(this.#open.get(path) ?? '');
    this.#open.delete(path);
    if (approval !== undefined) approval.closedAt ??= at;
  }
}

/** Whether the step run at `path` is inside of the loop or parallel at `outer`. */
export function isInside(path: string, outer: string): boolean {
  return path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}

/** The decision of a person in an event; null for an expiry, or what only newer versions know. */
export function decisionIn({ decision, by = '', comment, at }: Decided): ApprovalDecision | null {
  if (decision !== 'approved' && decision !== 'rejected') return null;
  return { by, approved: decision === 'approved', comment: comment ?? null, at };
}

/** What an event says of a mail to an approver. */
export function mailIn({ to, number, result, attempt, at, message_id, error, retry_at }: Mailed): ApprovalMail {
  return {
    to,
    reminder: number,
    result: result as ApprovalMail['result'], // one that only a newer version knows is passed on
    attempt,
    at,
    message_id: message_id ?? null,
    error: error === undefined ? null : { code: error.code, message: error.message },
    retry_at: retry_at ?? null,
  };
}

/** What an approval has come to with an event; null while it needs more. One that only newer versions know approves nothing. */
export function outcomeIn({ outcome }: Decided): ApprovalOutcome | null {
  if (outcome === undefined) return null;
  return outcome === 'approved' || outcome === 'expired' ? outcome : 'rejected';
}

/** An approval as callers see it. */
export function resourceOf(
  { request, path, requestedAt, expiresAt, decisions, mails, outcome, closedAt }: LedgerApproval,
  { executionId, workflowId }: { readonly executionId: string; readonly workflowId: string },
): ApprovalResource {
  const { id, message, data, approvers, required } = request;
  return {
    id,
    execution_id: executionId,
    workflow_id: workflowId,
    step_path: path,
    status: outcome ?? (closedAt === null ? 'pending' : 'cancelled'),
    message,
    data: data ?? null,
    approvers: approvers ?? null,
    required,
    decisions,
    mails: [...mails.values()],
    requested_at: requestedAt,
    expires_at: expiresAt,
    decided_at: closedAt,
  };
}
