import { Schema } from 'mongoose';
import { tenantScope } from '../persistence/tenant-scope.schema.js';

/** The working copy of a workflow, in collection `workflow_drafts`. Nothing is published of it. */
export interface WorkflowDraftRecord {
  /** The id of the workflow. */
  _id: string;
  organisation_id: string;
  /** JSON text, so that no key of the user's means anything to the database; null when there is no draft: the record then keeps `version` and `pins`. */
  document: string | null;
  /** The text that it is written as, or null. */
  source: string | null;
  /** JSON text. */
  pins: string;
  /** The version of the workflow that it was begun from. */
  based_on: number | null;
  /** Counts every write, over drafts that came and went, so that an ETag never fits a later one. */
  version: number;
  /** Writes under `Idempotency-Key`s that have changed it, the newest last: none is made again. */
  writes?: string[];
  /** Bytes that are charged to the organisation. */
  bytes: number;
  created_at: Date;
  updated_at: Date;
  updated_by: string | null;
}

export const workflowDraftSchema = new Schema<WorkflowDraftRecord>(
  {
    _id: { type: String, required: true },
    organisation_id: { type: String, required: true },
    document: { type: String, default: null },
    source: { type: String, default: null },
    pins: { type: String, required: true },
    based_on: { type: Number, default: null },
    version: { type: Number, required: true },
    writes: { type: [String], default: undefined },
    bytes: { type: Number, required: true },
    created_at: { type: Date, required: true },
    updated_at: { type: Date, required: true },
    updated_by: { type: String, default: null },
  },
  { collection: 'workflow_drafts', versionKey: false, strict: 'throw', minimize: false },
);

tenantScope(workflowDraftSchema);
