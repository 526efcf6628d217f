import type { MailboxVerdict } from '@millrace/contracts';
import { Schema } from 'mongoose';

/** A message that came into a mailbox, in collection `ingested_messages`. */
export interface IngestedMessageRecord {
  /** Time-ordered. */
  _id: string;
  organisation_id: string;
  mailbox_id: string;
  /** What the message is known by, whatever its UID: a hash of its Message-ID, date, sender and subject. */
  key: string;
  message_id: string | null;
  sender: string | null;
  subject: string | null;
  /** When it was first found; the time of the executions that it starts. */
  seen_at: Date;
  verdict: MailboxVerdict;
  reason: string | null;
  execution_ids: string[];
}

export const ingestedMessageSchema = new Schema<IngestedMessageRecord>(
  {
    _id: { type: String, required: true },
    organisation_id: { type: String, required: true },
    mailbox_id: { type: String, required: true },
    key: { type: String, required: true },
    message_id: { type: String, default: null },
    sender: { type: String, default: null },
    subject: { type: String, default: null },
    seen_at: { type: Date, required: true },
    verdict: { type: String, required: true },
    reason: { type: String, default: null },
    execution_ids: { type: [String], required: true },
  },
  { collection: 'ingested_messages', versionKey: false, strict: 'throw', minimize: false },
);

ingestedMessageSchema.index({ organisation_id: 1, mailbox_id: 1, key: 1 }, { unique: true });
// Lists, newest first.
ingestedMessageSchema.index({ organisation_id: 1, mailbox_id: 1, _id: -1 });
ingestedMessageSchema.index({ seen_at: 1 });
