import type { NotedDelivery } from '@millrace/contracts';
import { Schema } from 'mongoose';
import type { KeptAttempt, KeptCall } from './attempt-log.js';

/** An event on its way to a subscription, in collection `event_deliveries`. */
export interface EventDeliveryRecord {
  /** Time-ordered. */
  _id: string;
  organisation_id: string;
  subscription_id: string;
  event_id: string;
  event_type: string;
  /** What is sent, as JSON text. */
  body: string;
  created_at: Date;
  status: NotedDelivery['status'];
  /** Of the latest attempt that `status` is of: a later round, or a later attempt of it, is greater. */
  position: number;
  round: number;
  attempts: number;
  next_attempt_at: string | null;
  /** The latest ones, oldest first. */
  attempt_log: KeptAttempt[];
  /** What was sent and came back in the latest of them, oldest first; absent of what releases before this one have written. */
  latest_calls?: KeptCall[];
  /** Why the attempt that `status` is of was not made; absent where it was. */
  reason?: string | null;
}

export const eventDeliverySchema = new Schema<EventDeliveryRecord>(
  {
    _id: { type: String, required: true },
    organisation_id: { type: String, required: true },
    subscription_id: { type: String, required: true },
    event_id: { type: String, required: true },
    event_type: { type: String, required: true },
    body: { type: String, required: true },
    created_at: { type: Date, required: true },
    status: { type: String, required: true },
    position: { type: Number, required: true },
    round: { type: Number, required: true },
    attempts: { type: Number, required: true },
    next_attempt_at: { type: String, default: null },
    attempt_log: [
      {
        _id: false,
        at: String,
        url: { type: String, default: null },
        request_headers: { type: Schema.Types.Mixed, default: null },
        response_headers: { type: Schema.Types.Mixed, default: null },
        duration_ms: Number,
        status_code: { type: Number, default: null },
        error: { type: String, default: null },
        response: { type: String, default: '' },
      },
    ],
    latest_calls: {
      type: [
        {
          _id: false,
          at: String,
          url: { type: String, default: null },
          error: { type: String, default: null },
          request_headers: { type: Schema.Types.Mixed, default: null },
          response: { type: String, default: '' },
          response_headers: { type: Schema.Types.Mixed, default: null },
        },
      ],
      default: undefined,
    },
    reason: String,
  },
  { collection: 'event_deliveries', versionKey: false, strict: 'throw', minimize: false },
);

// Lists, newest first.
eventDeliverySchema.index({ organisation_id: 1, subscription_id: 1, _id: -1 });
eventDeliverySchema.index({ organisation_id: 1, subscription_id: 1, status: 1, _id: -1 });
eventDeliverySchema.index({ created_at: 1 });

/** How the endpoint of a subscription is doing, in collection `event_endpoints`. */
export interface EventEndpointRecord {
  /** The id of the subscription. */
  _id: string;
  organisation_id: string;
  /** Since when no attempt has succeeded; null when the last one did. */
  failing_since: Date | null;
}

export const eventEndpointSchema = new Schema<EventEndpointRecord>(
  {
    _id: { type: String, required: true },
    organisation_id: { type: String, required: true },
    failing_since: { type: Date, default: null },
  },
  { collection: 'event_endpoints', versionKey: false, strict: 'throw', minimize: false },
);
