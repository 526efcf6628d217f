import { Schema } from 'mongoose';
import { tenantScope } from '../persistence/tenant-scope.schema.js';

/** Under what entries of the operator are that belong to no organisation, or not yet: no id of one. */
export const OF_THE_OPERATOR = 'operator';

/** What a resource was before a write, or after it. */
export interface ResourceState {
  /** SHA-256 in hex; see resource-state.ts. */
  hash: string;
  version: number | null;
}

/** One write of the API, in collection `audit_log`. It is made before the write is carried out. */
export interface AuditEntryRecord {
  /** Time-ordered: lists go by it. */
  _id: string;
  organisation_id: string;
  at: Date;
  /** The id of the token, or `operator`. */
  actor: string;
  /** The name that the token had. */
  actor_name: string | null;
  action: string;
  resource_type: string;
  resource_id: string | null;
  address: string | null;
  request_id: string;
  /** When it was known what came of it; null until then, and for ever when a process died before. */
  ended_at: Date | null;
  /** The code that the caller got; null for none. */
  error: string | null;
  /** Both null when nothing was changed, or it is not known what. */
  before: ResourceState | null;
  after: ResourceState | null;
}

const state = {
  type: new Schema<ResourceState>({ hash: String, version: { type: Number, default: null } }, { _id: false }),
  default: null,
};

export const auditEntrySchema = new Schema<AuditEntryRecord>(
  {
    _id: { type: String, required: true },
    organisation_id: { type: String, required: true },
    at: { type: Date, required: true },
    actor: { type: String, required: true },
    actor_name: { type: String, default: null },
    action: { type: String, required: true },
    resource_type: { type: String, required: true },
    resource_id: { type: String, default: null },
    address: { type: String, default: null },
    request_id: { type: String, required: true },
    ended_at: { type: Date, default: null },
    error: { type: String, default: null },
    before: state,
    after: state,
  },
  { collection: 'audit_log', versionKey: false, strict: 'throw', id: false },
);

// Lists, newest first; one for each filter by which an entry may be rare.
auditEntrySchema.index({ organisation_id: 1, _id: -1 });
auditEntrySchema.index({ organisation_id: 1, actor: 1, _id: -1 });
auditEntrySchema.index({ organisation_id: 1, resource_type: 1, _id: -1 });
auditEntrySchema.index({ organisation_id: 1, resource_id: 1, _id: -1 });
auditEntrySchema.index({ organisation_id: 1, action: 1, _id: -1 });
tenantScope(auditEntrySchema);
