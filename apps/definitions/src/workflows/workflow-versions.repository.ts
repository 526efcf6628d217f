import { Injectable } from '@nestjs/common';
import type { Model } from 'mongoose';
import { Database } from '@millrace/service-kit/mongo';
import { isDuplicateKey } from '@millrace/service-kit/mongo-failures';
import { workflowVersionSchema, type WorkflowVersionRecord } from './workflow-version.schema.js';

/** Collection `workflow_versions`. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class WorkflowVersionsRepository {
  readonly model: Model<WorkflowVersionRecord>;

  constructor(private readonly database: Database) {
    this.model = database.connection.model<WorkflowVersionRecord>('WorkflowVersion', workflowVersionSchema);
  }

  /**
   * Writes a version that its workflow does not point at yet. Answers false when somebody else has written that number from
   * the same or a later revision. One that was written from an earlier revision is replaced: its maker can't make the
   * workflow point at it any more, because that needs the earlier revision.
   */
  async write(record: WorkflowVersionRecord): Promise<boolean> {
    try {
      await this.database.run(() => this.model.insertMany([record]));
      return true;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    const stale = {
      _id: record._id,
      organisation_id: record.organisation_id,
      base_revision: { $lt: record.base_revision },
    };
    const result = await this.database.run(() => this.model.replaceOne(stale, record).exec());
    return result.matchedCount === 1;
  }

  /** One version, or null. */
  find(organisationId: string, workflowId: string, version: number): Promise<WorkflowVersionRecord | null> {
    const filter = { _id: versionId(workflowId, version), organisation_id: organisationId };
    return this.database.run(() => this.model.findOne(filter).lean<WorkflowVersionRecord>().exec());
  }
}

/** The id of a version's record. */
export function versionId(workflowId: string, version: number): string {
  return `${workflowId}:${version}`;
}
