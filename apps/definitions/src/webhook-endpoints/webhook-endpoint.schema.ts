import { Schema } from 'mongoose';
import { tenantScope } from '../persistence/tenant-scope.schema.js';

/**
 * The address of a webhook trigger, in collection `webhook_endpoints`. It stays when the trigger is taken away, so that
 * a trigger that comes back has its old address; whether calls are taken is decided by the published snapshot.
 */
export interface WebhookEndpointRecord {
  /** `wh_` and 120 random bits: knowing it is enough to call it. */
  _id: string;
  organisation_id: string;
  workflow_id: string;
  created_at: Date;
  /** When another address took its place: it is given to no trigger again. */
  retired_at?: Date;
}

export const webhookEndpointSchema = new Schema<WebhookEndpointRecord>(
  {
    _id: { type: String, required: true },
    organisation_id: { type: String, required: true },
    workflow_id: { type: String, required: true },
    created_at: { type: Date, required: true },
    retired_at: { type: Date },
  },
  { collection: 'webhook_endpoints', versionKey: false, strict: 'throw' },
);

webhookEndpointSchema.index({ organisation_id: 1, workflow_id: 1 });
tenantScope(webhookEndpointSchema);
