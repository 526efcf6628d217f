import type { JobResource } from '@millrace/contracts';
import { Schema } from 'mongoose';
import { tenantScope } from '../persistence/tenant-scope.schema.js';

/** Something that is done to many things, in collection `jobs`. */
export interface JobRecord {
  /** Ordered by time. */
  _id: string;
  organisation_id: string;
  /** One that only a newer version knows waits for it. */
  kind: string;
  status: JobResource['status'];
  /** Present until it has ended: what has ended is not in the index of what is to be done. */
  unfinished?: true;
  /** JSON text. */
  parameters: string;
  /** Of one that has ended none are left. */
  items: string[];
  /** How many items there are; what reads a job need not read them. The release before did not write it: `JobsRepository` does when it reads such a job. */
  total: number;
  /** How many of the items are dealt with. */
  position: number;
  /** By outcome. */
  counts: Record<string, number>;
  /** JSON texts, in the order of the items. */
  results: string[];
  error: { code: string; message: string } | null;
  /** Nothing is done about it before: it is another one's turn, or an attempt has failed, or somebody is at it. */
  due_at: Date;
  /** When the items around the position were first dealt with, where the ids of what is started are of that time. */
  block?: { index: number; begun_at: Date };
  /** The request that has asked for it, where that had an Idempotency-Key. */
  request_key?: string;
  /** One more with each attempt: what a former one writes is refused. */
  fence: number;
  created_at: Date;
  updated_at: Date;
  ended_at: Date | null;
}

export const jobSchema = new Schema<JobRecord>(
  {
    _id: { type: String, required: true },
    organisation_id: { type: String, required: true },
    kind: { type: String, required: true },
    status: { type: String, required: true },
    unfinished: { type: Boolean },
    parameters: { type: String, required: true },
    items: { type: [String], required: true },
    total: { type: Number, required: true },
    position: { type: Number, required: true },
    counts: { type: Schema.Types.Mixed, required: true },
    results: { type: [String], required: true },
    error: {
      type: new Schema({ code: String, message: String }, { _id: false }),
      default: null,
    },
    due_at: { type: Date, required: true },
    block: { type: new Schema({ index: Number, begun_at: Date }, { _id: false }) },
    request_key: { type: String },
    fence: { type: Number, required: true },
    created_at: { type: Date, required: true },
    updated_at: { type: Date, required: true },
    ended_at: { type: Date, default: null },
  },
  { collection: 'jobs', versionKey: false, strict: 'throw', minimize: false },
);

jobSchema.index({ organisation_id: 1, _id: -1 });
// What is to be done is nearly always nothing.
jobSchema.index({ unfinished: 1, due_at: 1 }, { partialFilterExpression: { unfinished: true } });
jobSchema.index({ organisation_id: 1, unfinished: 1 }, { partialFilterExpression: { unfinished: true } });
jobSchema.index({ ended_at: 1 });
tenantScope(jobSchema);
