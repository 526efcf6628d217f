import { Injectable } from '@nestjs/common';
import {
  AppError,
  executionOfApproval,
  isEnd,
  isKeyedIdIn,
  LIMITS,
  type ApprovalList,
  type ApprovalResource,
  type ApprovalStatus,
  type ExecutionEvent,
} from '@millrace/contracts';
import { Gate } from '@millrace/messaging';
import { JournalAsides, type Compose } from '@millrace/service-kit/journal-asides';
import { finished } from '../executions/cancel.service.js';
import { ExecutionSources, type ExecutionAddress } from '../executions/execution-sources.js';
import { JournalFollower } from '../executions/journal-follower.js';
import { ReadGate } from '../executions/read-gate.js';
import { ApprovalLedger, resourceOf, type LedgerApproval } from './approval-ledger.js';
import { ApprovalsRepository } from './approvals.repository.js';
import { resourceOfRecord } from './stored-approval.js';

/** Decisions that are written at once; one organisation has half of them. */
const AT_ONCE = 8;
/** Why nothing is found: whatever it is, there is no approval. */
const NO_EXECUTION: readonly string[] = ['EXECUTION_NOT_FOUND', 'INPUT_LOST'];

/** What is asked about. */
export interface ApprovalQuestion {
  readonly organisation_id: string;
  readonly approval_id: string;
}

/** A decision, as {@link DecideApproval} carries it. */
export interface DecisionQuestion extends ApprovalQuestion {
  readonly approved: boolean;
  readonly comment?: string | undefined;
  readonly decision_id: string;
  readonly by: string;
}

/** The question for a page, as {@link ListApprovals} carries it. */
export interface ApprovalListQuestion {
  readonly organisation_id: string;
  readonly limit: number;
  readonly starting_after?: string | undefined;
  readonly status?: string | undefined;
  readonly workflow_id?: string | undefined;
  readonly execution_id?: string | undefined;
}

/**
 * What executions ask people. The journal is the truth about an approval, and decides what came first: a decision is an entry behind what is there, once for each approver, and
 * so is its expiry, which the executor writes. See docs/adr/0070-approvals.md.
 */
@Injectable()
export class ApprovalsService {
  readonly #turns = new Gate(AT_ONCE);

  constructor(
    private readonly approvals: ApprovalsRepository,
    private readonly sources: ExecutionSources,
    private readonly gate: ReadGate,
    private readonly asides: JournalAsides,
  ) {}

  /** As the events of its execution have it, those up to the sequence `atLeast` among them. Throws APPROVAL_NOT_FOUND, SERVICE_UNAVAILABLE. */
  async get({ organisation_id, approval_id }: ApprovalQuestion, atLeast?: number): Promise<ApprovalResource> {
    const execution_id = executionOfApproval(approval_id);
    const { ledger } = await this.#read({ organisation_id, execution_id }, approval_id, atLeast);
    const approval = ledger.find(approval_id);
    if (approval === undefined) throw approvalNotFound(approval_id);
    return resourceOf(approval, { executionId: execution_id, workflowId: ledger.workflowId });
  }

  /** Those that were asked for last first. Throws SERVICE_UNAVAILABLE. */
  async list(question: ApprovalListQuestion): Promise<ApprovalList> {
    const limit = Math.min(question.limit, LIMITS.approvalPageSize);
    const { organisation_id: org, status, workflow_id: wf, execution_id: exec, starting_after } = question;
    const filter = { org, status: status as ApprovalStatus | undefined, wf, exec };
    const records = await this.sources.fromMongo(() => this.approvals.page(filter, starting_after, limit + 1));
    const page = records.slice(0, limit);
    const has_more = records.length > limit;
    return {
      approvals: page.map(resourceOfRecord),
      next_cursor: has_more ? (page.at(-1)?._id ?? null) : null,
      has_more,
    };
  }

  /**
   * Returns the approval once the journal has the decision, and with it that the execution goes on if it is the last one that was needed. Throws APPROVAL_NOT_FOUND;
   * APPROVAL_DECIDED; EXECUTION_FINISHED; FORBIDDEN for who is no approver; STORAGE_FULL; SERVICE_UNAVAILABLE.
   */
  async decide(question: DecisionQuestion): Promise<ApprovalResource> {
    const { organisation_id, approval_id } = question;
    const address = { organisation_id, execution_id: executionOfApproval(approval_id) };
    const leave = await this.#turns.enter(organisation_id);
    let atLeast: number;
    try {
      atLeast = await this.asides.write(address, this.#composer(address, question));
    } finally {
      leave();
    }
    return this.get(question, atLeast);
  }

  /** Throws what a decision about it would: APPROVAL_NOT_FOUND, APPROVAL_DECIDED, EXECUTION_FINISHED. */
  async requirePending(question: ApprovalQuestion): Promise<ApprovalResource> {
    const approval = await this.get(question);
    if (approval.status !== 'pending') throw decided(approval.id, approval.status);
    return approval;
  }

  #composer(address: ExecutionAddress, question: DecisionQuestion): Compose {
    const ledger = new ApprovalLedger();
    const journal = new JournalFollower(this.sources, this.gate, address);
    const { approval_id } = question;
    return async (latest) => {
      if (latest === null) {
        // Throws why there is none; otherwise there is one by now.
        await this.get(question);
        return 'changed';
      }
      if (!(await journal.readTo(latest, (events) => ledger.add(events)))) return 'changed';
      const approval = ledger.find(approval_id);
      if (approval === undefined) throw approvalNotFound(approval_id);
      // Before anything refuses it: what was decided may have been what the execution ended by.
      if (isKeyedIdIn(approval.decisionIds, question.decision_id)) return 'done';
      const end = latest.payload.events.find(isEnd);
      if (end && approval.outcome === null) throw finished(address.execution_id, end.type);
      const event = decisionOn(approval, question);
      return { events: [event], wakes: event.outcome !== undefined };
    };
  }

  async #read(
    address: ExecutionAddress,
    approvalId: string,
    atLeast: number | undefined,
  ): Promise<{ ledger: ApprovalLedger }> {
    try {
      const begin = () => {
        const ledger = new ApprovalLedger();
        return {
          ledger,
          add: ({ events }: { readonly events: readonly ExecutionEvent[] }) => {
            ledger.add(events);
            return true;
          },
        };
      };
      const { reading } = await this.sources.read(address, begin, { atLeast });
      return reading;
    } catch (error) {
      if (error instanceof AppError && NO_EXECUTION.includes(error.code)) throw approvalNotFound(approvalId);
      throw error;
    }
  }
}

/** The event of a decision. Throws what refuses it. */
function decisionOn(
  { request, path, decisions, outcome, closedAt }: LedgerApproval,
  { approval_id, approved, by, comment, decision_id }: DecisionQuestion,
): Extract<ExecutionEvent, { type: 'approval_decided' }> {
  if (closedAt !== null) throw decided(approval_id, outcome ?? 'cancelled');
  const { approvers, required } = request;
  if (approvers !== undefined && !approvers.includes(by)) throw noApprover(approval_id, by);
  if (decisions.some((decision) => decision.by === by)) throw decidedBefore(approval_id, by);
  const approvals = decisions.filter((decision) => decision.approved).length;
  const decision = approved ? 'approved' : 'rejected';
  return {
    ...({ type: 'approval_decided', at: new Date().toISOString(), path } as const),
    ...{ approval_id, decision_id, decision, by },
    ...(comment === undefined || comment === '' ? {} : { comment }),
    // One rejection is enough.
    ...(!approved || approvals + 1 >= required ? { outcome: decision } : {}),
  };
}

export function approvalNotFound(approvalId: string): AppError {
  return new AppError('APPROVAL_NOT_FOUND', { details: { approval_id: approvalId } });
}

function decided(approvalId: string, status: string): AppError {
  return new AppError('APPROVAL_DECIDED', {
    message: `The approval is ${status}: it takes no more decisions`,
    details: { approval_id: approvalId, status },
  });
}

function decidedBefore(approvalId: string, by: string): AppError {
  return new AppError('APPROVAL_DECIDED', {
    message: 'This approver has decided already; the approval waits for others',
    details: { approval_id: approvalId, status: 'pending', by },
  });
}

function noApprover(approvalId: string, by: string): AppError {
  return new AppError('FORBIDDEN', {
    message: 'The approval names who may decide, and this is none of them',
    details: { approval_id: approvalId, by },
  });
}
