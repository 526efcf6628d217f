import { Schema } from 'mongoose';
import { tenantScope } from '../persistence/tenant-scope.schema.js';

/** A line of the ledger of an organisation, in collection `credit_entries`. */
export interface CreditEntryRecord {
  /** `<organisation>:<sequence>`: the same line is stored once. */
  _id: string;
  organisation_id: string;
  sequence: number;
  at: Date;
  type: string;
  amount: number;
  balance: number;
  note: string | null;
  workflow_id: string | null;
  execution_id: string | null;
  step_path: string | null;
  provider: string | null;
  model: string | null;
  input_tokens: number | null;
  output_tokens: number | null;
}

const text = { type: String, default: null };
const count = { type: Number, default: null };

export const creditEntrySchema = new Schema<CreditEntryRecord>(
  {
    _id: { type: String, required: true },
    organisation_id: { type: String, required: true },
    sequence: { type: Number, required: true },
    at: { type: Date, required: true },
    type: { type: String, required: true },
    amount: { type: Number, required: true },
    balance: { type: Number, required: true },
    note: text,
    workflow_id: text,
    execution_id: text,
    step_path: text,
    provider: text,
    model: text,
    input_tokens: count,
    output_tokens: count,
  },
  { collection: 'credit_entries', versionKey: false, strict: 'throw', id: false },
);

// The ledger, newest first; and what is too old.
creditEntrySchema.index({ organisation_id: 1, sequence: -1 });
creditEntrySchema.index({ at: 1 });
tenantScope(creditEntrySchema);
