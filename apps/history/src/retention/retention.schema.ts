import mongoose from 'mongoose';

/** Name of the collection. */
export const RETENTION_POLICIES = 'retention_policies';

/** What the latest version of a workflow that history has read says of its executions. It outlives the workflow, as these do. */
export interface RetentionPolicyDocument {
  /** The workflow id. */
  _id: string;
  org: string;
  /** The version that says it. */
  version: number;
  days: number | null;
  count: number | null;
}

/** The `retention_policies` collection: read by id alone. */
export const retentionPolicySchema = new mongoose.Schema<RetentionPolicyDocument>(
  {
    _id: { type: String, required: true },
    org: { type: String, required: true },
    version: { type: Number, required: true },
    days: { type: Number, default: null },
    count: { type: Number, default: null },
  },
  { versionKey: false, collection: RETENTION_POLICIES },
);
