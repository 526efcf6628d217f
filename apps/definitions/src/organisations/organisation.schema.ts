import type { OrganisationLimits } from '@millrace/contracts';
import { Schema } from 'mongoose';

/** A balance, null for none, by the change that made the organisation's `revision` this one. */
export interface DueCredits {
  balance: number | null;
  revision: number;
}

/** An organisation, in collection `organisations`: the tenant that everything else belongs to. */
export interface OrganisationRecord {
  _id: string;
  name: string;
  /** Null where the default of the installation holds. */
  limits: OrganisationLimits;
  /** It has a balance of credits. Absent in records of earlier releases. */
  limited_credits?: boolean;
  /** The balance that a change has decided on and that may not be in its account yet; gone once it is. */
  due_credits?: DueCredits;
  /** Whether its calls, webhooks and starts are refused. */
  suspended: boolean;
  created_at: Date;
  updated_at: Date;
  /** Such a record stays for ever, suspended, so that nothing is made under its id again. */
  deleted_at: Date | null;
  /** Bytes of the documents of its workflows' versions. */
  workflow_bytes: number;
  /** Writes under `Idempotency-Key`s that have changed it, the newest last: none is made again. */
  writes?: string[];
  /** Counts every write (compare and set); what the API shows as its version. */
  revision: number;
  /** True from the write until its snapshot is published and, of one that is deleted, all it had is withdrawn. */
  snapshot_pending: boolean;
}

const limit = { type: Number, default: null };
const dueCredits = new Schema<DueCredits>(
  { balance: limit, revision: { type: Number, required: true } },
  { _id: false },
);

export const organisationSchema = new Schema<OrganisationRecord>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    limits: { api_calls_per_hour: limit, executions_per_minute: limit, webhook_calls_per_minute: limit },
    limited_credits: { type: Boolean, default: false },
    due_credits: { type: dueCredits },
    suspended: { type: Boolean, required: true },
    created_at: { type: Date, required: true },
    updated_at: { type: Date, required: true },
    deleted_at: { type: Date, default: null },
    workflow_bytes: { type: Number, default: 0 },
    writes: { type: [String], default: undefined },
    revision: { type: Number, required: true },
    snapshot_pending: { type: Boolean, required: true },
  },
  { collection: 'organisations', versionKey: false, strict: 'throw', id: false },
);

organisationSchema.index({ snapshot_pending: 1 }, { partialFilterExpression: { snapshot_pending: true } });

/** The limits of an organisation that has none of its own. */
export const DEFAULT_LIMITS: OrganisationLimits = {
  api_calls_per_hour: null,
  executions_per_minute: null,
  webhook_calls_per_minute: null,
};

/** A new organisation of a name. */
export function newOrganisation(name: string): Omit<OrganisationRecord, '_id' | 'workflow_bytes'> {
  const now = new Date();
  return {
    name,
    limits: DEFAULT_LIMITS,
    suspended: false,
    created_at: now,
    updated_at: now,
    deleted_at: null,
    revision: 1,
    snapshot_pending: true,
  };
}
