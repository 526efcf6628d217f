import { Injectable } from '@nestjs/common';
import { Database } from '@millrace/service-kit/mongo';
import type { WorkflowRecord } from '../workflows/workflow.schema.js';
import { WorkflowsRepository } from '../workflows/workflows.repository.js';

/** What of a workflow its triggers are listed by. */
export type TriggeredWorkflow = Pick<WorkflowRecord, '_id' | 'name' | 'status' | 'webhooks' | 'email_triggers'> & {
  readonly schedules?: readonly unknown[];
};

/** Workflows that have triggers, of collection `workflows`. Throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class TriggerListRepository {
  constructor(
    private readonly database: Database,
    private readonly workflows: WorkflowsRepository,
  ) {}

  /** Those of the organisation from an id on, in the order of their ids, along the index of lists. */
  from(organisationId: string, id: string, limit: number): Promise<TriggeredWorkflow[]> {
    const filter = {
      organisation_id: organisationId,
      deleted_at: null,
      _id: { $gte: id },
      $or: [
        { 'webhooks.0': { $exists: true } },
        { 'schedules.0': { $exists: true } },
        { email_triggers: { $type: 'string' as const } },
      ],
    };
    const fields = { name: 1, status: 1, 'webhooks.webhook_id': 1, 'webhooks.method': 1, email_triggers: 1 } as const;
    return this.database.run(() =>
      this.workflows.model
        .find(filter)
        // Inputs of schedules may be long; how many there are is all that is needed.
        .select({ ...fields, 'schedules.paused': 1 })
        .sort({ _id: 1 })
        .limit(limit)
        .lean<TriggeredWorkflow[]>()
        .exec(),
    );
  }
}
