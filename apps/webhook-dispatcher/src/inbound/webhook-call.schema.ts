import type { WEBHOOK_VERDICTS } from '@millrace/contracts';
import { Schema } from 'mongoose';

/** A call of a webhook and what became of it, in collection `webhook_calls`: nothing of what it carried. */
export interface WebhookCallRecord {
  /** Ordered by time. */
  _id: string;
  organisation_id: string;
  webhook_id: string;
  at: Date;
  method: string;
  verdict: (typeof WEBHOOK_VERDICTS)[number];
  status: number;
  code: string | null;
  message: string | null;
  execution_id: string | null;
  request_id: string | null;
  /** It was sent by a test of the address. Missing in calls of releases before this one. */
  sample?: boolean;
}

export const webhookCallSchema = new Schema<WebhookCallRecord>(
  {
    _id: { type: String, required: true },
    organisation_id: { type: String, required: true },
    webhook_id: { type: String, required: true },
    at: { type: Date, required: true },
    method: { type: String, required: true },
    verdict: { type: String, required: true },
    status: { type: Number, required: true },
    code: { type: String, default: null },
    message: { type: String, default: null },
    execution_id: { type: String, default: null },
    request_id: { type: String, default: null },
    sample: { type: Boolean },
  },
  { collection: 'webhook_calls', versionKey: false, strict: 'throw' },
);

webhookCallSchema.index({ organisation_id: 1, webhook_id: 1, _id: -1 });
webhookCallSchema.index({ organisation_id: 1, webhook_id: 1, verdict: 1, _id: -1 });
webhookCallSchema.index({ organisation_id: 1, _id: -1 });
webhookCallSchema.index({ at: 1 });
