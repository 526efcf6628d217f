import { Schema } from 'mongoose';
import { tenantScope } from '../persistence/tenant-scope.schema.js';

/** A nominal time that a job starts, or has started, in collection `backfilled_times`: so that no other job does. */
export interface BackfilledTimeRecord {
  /** Workflow, index of the schedule and nominal time. */
  _id: string;
  organisation_id: string;
  job_id: string;
  /** Its executions have ids of this time; absent in records of older versions. */
  job_created_at?: Date;
  /** Null until it is known, and for good when the job ended before it was. */
  execution_id: string | null;
  created_at: Date;
}

export const backfilledTimeSchema = new Schema<BackfilledTimeRecord>(
  {
    _id: { type: String, required: true },
    organisation_id: { type: String, required: true },
    job_id: { type: String, required: true },
    job_created_at: { type: Date },
    execution_id: { type: String, default: null },
    created_at: { type: Date, required: true },
  },
  { collection: 'backfilled_times', versionKey: false, strict: 'throw' },
);

backfilledTimeSchema.index({ created_at: 1 });
tenantScope(backfilledTimeSchema);
