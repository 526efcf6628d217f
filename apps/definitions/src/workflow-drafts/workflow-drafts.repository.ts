import { Injectable } from '@nestjs/common';
import type { Model } from 'mongoose';
import { keyedWrite } from '@millrace/service-kit/keyed-write';
import { Database } from '@millrace/service-kit/mongo';
import { isDuplicateKey } from '@millrace/service-kit/mongo-failures';
import { notedWrite } from '../persistence/noted-writes.js';
import { workflowDraftSchema, type WorkflowDraftRecord } from './workflow-draft.schema.js';

/** What a write makes of a draft. */
export type DraftContent = Omit<
  WorkflowDraftRecord,
  '_id' | 'organisation_id' | 'version' | 'created_at' | 'updated_at' | 'writes'
>;

/** Collection `workflow_drafts`. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class WorkflowDraftsRepository {
  readonly model: Model<WorkflowDraftRecord>;

  constructor(private readonly database: Database) {
    this.model = database.connection.model<WorkflowDraftRecord>('WorkflowDraft', workflowDraftSchema);
  }

  /** The record, also one without a draft; null when there never was one. */
  find(organisationId: string, workflowId: string): Promise<WorkflowDraftRecord | null> {
    const filter = { _id: workflowId, organisation_id: organisationId };
    return this.database.run(() => this.model.findOne(filter).lean<WorkflowDraftRecord>().exec());
  }

  /**
   * Writes if the record is still at `version` (null: if there is none). Returns it as it then is; null, and has changed nothing, when
   * somebody else has written.
   */
  async write(
    { organisationId, workflowId }: { organisationId: string; workflowId: string },
    version: number | null,
    content: DraftContent & { created_at: Date },
  ): Promise<WorkflowDraftRecord | null> {
    const filter = { _id: workflowId, organisation_id: organisationId };
    const written = { ...content, updated_at: new Date() };
    if (version !== null) {
      const update = { $set: { ...written, version: version + 1 }, ...notedWrite() };
      return this.database.run(() =>
        this.model
          .findOneAndUpdate({ ...filter, version }, update, { returnDocument: 'after' })
          .lean<WorkflowDraftRecord>()
          .exec(),
      );
    }
    const write = keyedWrite();
    const record: WorkflowDraftRecord = { ...filter, ...written, version: 1, ...(write && { writes: [write.id] }) };
    try {
      await this.database.run(() => this.model.insertMany([record]));
      return record;
    } catch (error) {
      if (isDuplicateKey(error)) return null;
      throw error;
    }
  }

  /** Removes all that is kept of the draft of a workflow; returns the bytes that it was charged for. */
  async remove(organisationId: string, workflowId: string): Promise<number> {
    const filter = { _id: workflowId, organisation_id: organisationId };
    const removed = await this.database.run(() =>
      this.model.findOneAndDelete(filter).lean<WorkflowDraftRecord>().exec(),
    );
    return removed?.bytes ?? 0;
  }
}
