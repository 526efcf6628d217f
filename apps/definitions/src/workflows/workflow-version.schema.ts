import { Schema } from 'mongoose';
import { tenantScope } from '../persistence/tenant-scope.schema.js';

/** One version of a workflow, in collection `workflow_versions`. What it says is immutable once the workflow has pointed at it. */
export interface WorkflowVersionRecord {
  /** `<workflow id>:<version>` */
  _id: string;
  organisation_id: string;
  workflow_id: string;
  version: number;
  /** The revision of the workflow that this version was made from: distinguishes a version in use from one whose writer died. */
  base_revision: number;
  name: string;
  /** The document as JSON text, so that no key of the user's means anything to the database. */
  document: string;
  /** The warnings of its validation, as JSON text of an array of issues. */
  warnings: string;
  created_at: Date;
  /** The id of the API token that made it; absent in versions before 0.2. */
  created_by?: string | null;
  /** What is said of the version; absent in versions before 0.2. */
  note?: string | null;
  /** The YAML that the document was saved as; absent in versions before 0.2. */
  source?: string | null;
  /** Bytes of the document and its text that are charged to the organisation; 0 in records of versions before 0.2. */
  bytes: number;
  /** Set once nothing starts it any more; see version-pruner.ts. */
  retired: boolean;
  retired_at: Date | null;
  /** When every execution that was accepted before `retired_at` had begun. */
  drained_at: Date | null;
}

export const workflowVersionSchema = new Schema<WorkflowVersionRecord>(
  {
    _id: { type: String, required: true },
    organisation_id: { type: String, required: true },
    workflow_id: { type: String, required: true },
    version: { type: Number, required: true },
    base_revision: { type: Number, required: true },
    name: { type: String, required: true },
    document: { type: String, required: true },
    warnings: { type: String, required: true },
    created_at: { type: Date, required: true },
    created_by: { type: String, default: null },
    note: { type: String, default: null },
    source: { type: String, default: null },
    bytes: { type: Number, default: 0 },
    retired: { type: Boolean, default: false },
    retired_at: { type: Date, default: null },
    drained_at: { type: Date, default: null },
  },
  { collection: 'workflow_versions', versionKey: false, strict: 'throw', minimize: false },
);

workflowVersionSchema.index({ organisation_id: 1, workflow_id: 1, version: -1 });
// The pruner.
workflowVersionSchema.index({ retired: 1, drained_at: 1 }, { partialFilterExpression: { retired: true } });
tenantScope(workflowVersionSchema);
