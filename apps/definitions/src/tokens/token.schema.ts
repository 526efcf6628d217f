import { Schema } from 'mongoose';
import { tenantScope } from '../persistence/tenant-scope.schema.js';

/** An API token, in collection `api_tokens`. The text of the token is stored nowhere. Records of earlier releases lack the members that are null by default. */
export interface TokenRecord {
  _id: string;
  organisation_id: string;
  /** SHA-256 of the token's text, hex. */
  token_hash: string;
  name: string;
  scopes: string[];
  /** `bootstrap` tokens come from the service's settings and are revoked when those no longer name them. */
  origin: 'bootstrap' | 'api';
  /** The last four characters of its text, of one that the API made: how people recognise it. */
  last_four: string | null;
  created_at: Date;
  updated_at: Date | null;
  /** It is not valid from then on; null when it always is. */
  expires_at: Date | null;
  /** To about a minute: gateways report it from time to time. */
  last_used_at: Date | null;
  revoked_at: Date | null;
  /** Writes under `Idempotency-Key`s that have changed it, the newest last: none is made again. */
  writes?: string[];
  /** Counts every write (compare and set); what the API shows as its version. */
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
    last_four: { type: String, default: null },
    created_at: { type: Date, required: true },
    updated_at: { type: Date, default: null },
    expires_at: { type: Date, default: null },
    last_used_at: { type: Date, default: null },
    revoked_at: { type: Date, default: null },
    writes: { type: [String], default: undefined },
    revision: { type: Number, required: true },
    snapshot_pending: { type: Boolean, required: true },
  },
  { collection: 'api_tokens', versionKey: false, strict: 'throw' },
);

// A token belongs to one organisation, so the hash alone is unique.
tokenSchema.index({ token_hash: 1 }, { unique: true });
tokenSchema.index({ organisation_id: 1, name: 1 });
tokenSchema.index({ organisation_id: 1, revoked_at: 1, _id: 1 });
tokenSchema.index({ snapshot_pending: 1 }, { partialFilterExpression: { snapshot_pending: true } });
tenantScope(tokenSchema);
