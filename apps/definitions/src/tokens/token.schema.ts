import { Schema } from 'mongoose';
import { tenantScope } from '../persistence/tenant-scope.schema.js';

/** An API token, in collection `api_tokens`. The text of the token is stored nowhere. */
export interface TokenRecord {
  _id: string;
  organisation_id: string;
  /** SHA-256 of the token's text, hex. */
  token_hash: string;
  name: string;
  scopes: string[];
  /** `bootstrap` tokens come from the service's settings and are revoked when those no longer name them. */
  origin: 'bootstrap' | 'api';
  created_at: Date;
  revoked_at: Date | null;
  /** Counts every write (compare and set). */
  revision: number;
  /** True from the write until its snapshot is published or removed. */
  snapshot_pending: boolean;
}

export const tokenSchema = new Schema<TokenRecord>(
  {
    _id: { type: String, required: true },
    organisation_id: { type: String, required: true },
    token_hash: { type: String, required: true },
    name: { type: String, required: true },
    scopes: { type: [String], required: true },
    origin: { type: String, required: true, enum: ['bootstrap', 'api'] },
    created_at: { type: Date, required: true },
    revoked_at: { type: Date, default: null },
    revision: { type: Number, required: true },
    snapshot_pending: { type: Boolean, required: true },
  },
  { collection: 'api_tokens', versionKey: false, strict: 'throw' },
);

// A token belongs to one organisation, so the hash alone is unique.
tokenSchema.index({ token_hash: 1 }, { unique: true });
tokenSchema.index({ organisation_id: 1, name: 1 });
tokenSchema.index({ snapshot_pending: 1 }, { partialFilterExpression: { snapshot_pending: true } });
tenantScope(tokenSchema);
