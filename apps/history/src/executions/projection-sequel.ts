import { Injectable } from '@nestjs/common';
import type { FinishedExecution } from '@millrace/contracts';
import { ApprovalProjection } from '../approvals/approval-projection.js';
import type { Entry } from './entries.js';
import { ExecutionEvents } from './execution-events.js';

/** What a batch has of one execution. */
interface Part {
  readonly executionId: string;
  readonly organisationId: string;
  readonly entries: readonly Entry[];
}

/** The facts about an execution that its later entries do not repeat. */
type Origin = Pick<FinishedExecution, 'workflow_id' | 'version' | 'started_at' | 'test'>;

/** What follows once the records of executions are written: those of their approvals, and what is announced to subscribers. */
@Injectable()
export class ProjectionSequel {
  constructor(
    private readonly approvals: ApprovalProjection,
    private readonly happenings: ExecutionEvents,
  ) {}

  /** May be called again for the same parts. `originOf` gives null for what nothing is known of. Throws as its parts do. */
  async follow<P extends Part>(parts: readonly P[], originOf: (part: P) => Origin | null): Promise<void> {
    await this.approvals.project(parts, (part) => originOf(part)?.workflow_id ?? null);
    await this.happenings.tell(parts, originOf);
  }
}
