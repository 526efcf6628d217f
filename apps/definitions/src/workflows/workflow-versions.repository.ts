import { Injectable } from '@nestjs/common';
import type { Model } from 'mongoose';
import { Database } from '@millrace/service-kit/mongo';
import { isDuplicateKey } from '@millrace/service-kit/mongo-failures';
import { overAllOrganisations } from '../persistence/tenant-scope.schema.js';
import { workflowVersionSchema, type WorkflowVersionRecord } from './workflow-version.schema.js';

/** What lists show of a version. */
export type ListedVersion = Pick<WorkflowVersionRecord, 'version' | 'created_at' | 'created_by' | 'note'>;

/** Collection `workflow_versions`. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class WorkflowVersionsRepository {
  readonly model: Model<WorkflowVersionRecord>;

  constructor(private readonly database: Database) {
    this.model = database.connection.model<WorkflowVersionRecord>('WorkflowVersion', workflowVersionSchema);
  }

  /**
   * Writes a version that its workflow does not point at yet. Returns false when somebody else has written that number from
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

  /** The numbers of all versions that there are of a workflow, oldest first. */
  async numbers(organisationId: string, workflowId: string): Promise<number[]> {
    const filter = { organisation_id: organisationId, workflow_id: workflowId };
    const found = await this.database.run(() =>
      this.model
        .find(filter)
        .select({ _id: 0, version: 1 })
        .sort({ version: 1 })
        .lean<Pick<WorkflowVersionRecord, 'version'>[]>()
        .exec(),
    );
    return found.map(({ version }) => version);
  }

  /** Versions of a workflow with numbers below `before`, newest first, without their documents. */
  list(organisationId: string, workflowId: string, before: number, limit: number): Promise<ListedVersion[]> {
    const filter = { organisation_id: organisationId, workflow_id: workflowId, version: { $lt: before } };
    return this.database.run(() =>
      this.model
        .find(filter)
        .select({ _id: 0, version: 1, created_at: 1, created_by: 1, note: 1 })
        .sort({ version: -1 })
        .limit(limit)
        .lean<ListedVersion[]>()
        .exec(),
    );
  }

  /** Marks the versions of a workflow up to `version` as retired at `at`, those that are not yet. */
  async retire(organisationId: string, workflowId: string, version: number, at: Date): Promise<void> {
    const filter = {
      organisation_id: organisationId,
      workflow_id: workflowId,
      version: { $lte: version },
      retired: { $ne: true },
    };
    const update = { $set: { retired: true, retired_at: at } };
    await this.database.run(() => this.model.updateMany(filter, update).exec());
  }

  /** Takes that back for `version` and all later ones. */
  async restore(organisationId: string, workflowId: string, version: number): Promise<void> {
    const filter = {
      organisation_id: organisationId,
      workflow_id: workflowId,
      version: { $gte: version },
      retired: true,
    };
    const update = { $set: { retired: false, retired_at: null, drained_at: null } };
    await this.database.run(() => this.model.updateMany(filter, update).exec());
  }

  /** Marks versions of all organisations that were retired before `before` as drained at `at`. */
  async markDrained(before: Date, at: Date): Promise<void> {
    const filter = { retired: true, retired_at: { $lt: before }, drained_at: null };
    await this.database.run(() =>
      overAllOrganisations(this.model.updateMany(filter, { $set: { drained_at: at } })).exec(),
    );
  }

  /** Versions of all organisations that were drained before `before`. */
  findDrained(before: Date, limit: number): Promise<WorkflowVersionRecord[]> {
    const filter = { retired: true, drained_at: { $lt: before } };
    return this.database.run(() =>
      overAllOrganisations(this.model.find(filter)).limit(limit).lean<WorkflowVersionRecord[]>().exec(),
    );
  }

  /** Deletes a version; false when somebody else has. */
  async delete({ _id, organisation_id }: Pick<WorkflowVersionRecord, '_id' | 'organisation_id'>): Promise<boolean> {
    const result = await this.database.run(() => this.model.deleteOne({ _id, organisation_id }).exec());
    return result.deletedCount === 1;
  }
}

/** The id of a version's record. */
export function versionId(workflowId: string, version: number): string {
  return `${workflowId}:${version}`;
}
