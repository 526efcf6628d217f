import type { CreditUsageGroup } from '@millrace/contracts';
import { Schema } from 'mongoose';
import { tenantScope } from '../persistence/tenant-scope.schema.js';

/** What an organisation used of models in one day, in all or by one workflow, model or label, in collection `credit_usage`. */
export interface CreditUsageRecord {
  /** A hash of what follows, up to the key. */
  _id: string;
  organisation_id: string;
  group: CreditUsageGroup;
  /** `2026-11-25`, of UTC. */
  day: string;
  /** Null for all in the day; of labels for what has none; and for all others where there are too many names. */
  key: string | null;
  calls: number;
  input_tokens: number;
  output_tokens: number;
  cost: number;
  charged: number;
  unpriced_calls: number;
  /** Notes that were counted last: one that comes again is not counted again. */
  recent: string[];
}

const count = { type: Number, default: 0 };

export const creditUsageSchema = new Schema<CreditUsageRecord>(
  {
    _id: { type: String, required: true },
    organisation_id: { type: String, required: true },
    group: { type: String, required: true },
    day: { type: String, required: true },
    key: { type: String, default: null },
    calls: count,
    input_tokens: count,
    output_tokens: count,
    cost: count,
    charged: count,
    unpriced_calls: count,
    recent: { type: [String], default: [] },
  },
  { collection: 'credit_usage', versionKey: false, strict: 'throw', id: false },
);

creditUsageSchema.index({ organisation_id: 1, group: 1, day: 1 });
creditUsageSchema.index({ day: 1 });
tenantScope(creditUsageSchema);
