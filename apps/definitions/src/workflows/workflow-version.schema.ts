import { Schema } from 'mongoose';
import { tenantScope } from '../persistence/tenant-scope.schema.js';

/** One version of a workflow, in collection `workflow_versions`. Immutable once the workflow has pointed at it. */
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
  },
  { collection: 'workflow_versions', versionKey: false, strict: 'throw', minimize: false },
);

workflowVersionSchema.index({ organisation_id: 1, workflow_id: 1, version: -1 });
tenantScope(workflowVersionSchema);
