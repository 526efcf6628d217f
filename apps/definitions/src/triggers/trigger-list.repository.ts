import { Injectable } from '@nestjs/common';
import { Database } from '@millrace/service-kit/mongo';
import type { TriggerFields, WorkflowRecord } from '../workflows/workflow.schema.js';
import { WorkflowsRepository } from '../workflows/workflows.repository.js';
import type { TriggerListing } from './trigger-plugin.js';

/** What of a workflow its triggers are listed by: of their fields, what the listings name. */
export type TriggeredWorkflow = Pick<WorkflowRecord, '_id' | 'name' | 'status'> & Partial<TriggerFields>;

/** Workflows that have triggers, of collection `workflows`. Throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class TriggerListRepository {
  constructor(
    private readonly database: Database,
    private readonly workflows: WorkflowsRepository,
  ) {}

  /** Those of the organisation that have triggers of these listings, from an id on, in the order of their ids, along the index of lists. */
  from(
    organisationId: string,
    id: string,
    limit: number,
    listings: readonly TriggerListing[],
  ): Promise<TriggeredWorkflow[]> {
    const filter = {
      organisation_id: organisationId,
      deleted_at: null,
      _id: { $gte: id },
      $or: listings.map((listing) => listing.filter),
    };
    const fields = Object.assign({ name: 1, status: 1 }, ...listings.map((listing) => listing.fields)) as object;
    return this.database.run(() =>
      this.workflows.model
        .find(filter)
        .select({ ...fields })
        .sort({ _id: 1 })
        .limit(limit)
        .lean<TriggeredWorkflow[]>()
        .exec(),
    );
  }
}
