import { Injectable } from '@nestjs/common';
import { isOpenStatus } from '@millrace/contracts';
import { ExecutionsRepository } from '../executions/executions.repository.js';
import { asksPeople, changesIn, closingsIn, type ApprovalPart, type Closing } from './approval-changes.js';
import { isInside } from './approval-ledger.js';
import { ApprovalsRepository, type OpenApproval } from './approvals.repository.js';

/**
 * Writes the records of approvals that lists show, from batches of the journal. Executions that ask nobody cost nothing but a look at the events of those that
 * have waited before.
 */
@Injectable()
export class ApprovalProjection {
  constructor(
    private readonly approvals: ApprovalsRepository,
    private readonly executions: ExecutionsRepository,
  ) {}

  /** May be called again for the same parts, and late: after the records of their executions are written. `workflowOf` gives null for what nothing is known of. */
  async project<Part extends ApprovalPart>(
    parts: readonly Part[],
    workflowOf: (part: Part) => string | null,
  ): Promise<void> {
    const asking = parts.filter(asksPeople);
    await this.approvals.change(
      asking.flatMap((part) => {
        const workflow = workflowOf(part);
        return workflow === null ? [] : changesIn(part, workflow);
      }),
    );
    const closings = new Map<string, Closing[]>();
    for (const part of parts) {
      // What begins in this batch and asks nobody in it has never asked anybody.
      if (part.entries[0]?.events[0]?.type === 'started' && !asking.includes(part)) continue;
      const found = closingsIn(part);
      if (found.length > 0) closings.set(part.executionId, found);
    }
    await this.#noteEnded(asking, closings);
    await this.#close(closings);
  }

  /** The end of an execution may have been projected before the question that is written now. */
  async #noteEnded(asking: readonly ApprovalPart[], closings: Map<string, Closing[]>): Promise<void> {
    const rows = await this.executions.rows(asking.map(({ executionId }) => executionId));
    for (const { _id, status, completed_at } of rows.values())
      if (!isOpenStatus(status))
        closings.set(_id, [...(closings.get(_id) ?? []), { path: null, at: completed_at ?? new Date() }]);
  }

  async #close(closings: ReadonlyMap<string, readonly Closing[]>): Promise<void> {
    const ends = new Map<string, Date>();
    for (const approval of await this.approvals.open([...closings.keys()])) {
      const closing = closings.get(approval.exec)?.find((candidate) => closes(candidate, approval));
      if (closing !== undefined) ends.set(approval._id, closing.at);
    }
    await this.approvals.cancel(ends);
  }
}

/** A next attempt of a step asks under the same path, after the end of this one. */
function closes({ path, at }: Closing, approval: OpenApproval): boolean {
  if (path === null) return true;
  const isOf = path === approval.path || isInside(approval.path, path);
  return isOf && (approval.requested_at === undefined || approval.requested_at.getTime() <= at.getTime());
}
