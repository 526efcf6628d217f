import type { MailboxVerdict } from '@millrace/contracts';
import { Schema } from 'mongoose';

/** Where a message lies. */
export interface MessagePlace {
  /** Which folder, and which UIDVALIDITY of it: in another one UIDs mean other messages. */
  numbering: string;
  uid: number;
  /**
   * Messages up to this UID were in the folder together with it, so they are others, also when it is gone. What is moved away and comes
   * back has a higher one.
   */
  beside: number;
}

/** A message that came into a mailbox, in collection `ingested_messages`. */
export interface IngestedMessageRecord {
  /** Time-ordered. */
  _id: string;
  organisation_id: string;
  mailbox_id: string;
  /** What the message is known by, whatever its UID: a hash of what `message-facts.ts` says, and a number if it is not the first one of this hash. */
  key: string;
  /** The key that ids of its executions follow from, of a record that was made before size and time of arrival were in the key, and was found again since. */
  former_key?: string;
  /** Where it was last found; absent of a record that was made before places were kept, until the message is found again. */
  place?: MessagePlace;
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
    former_key: { type: String },
    place: {
      type: new Schema<MessagePlace>(
        {
          numbering: { type: String, required: true },
          uid: { type: Number, required: true },
          beside: { type: Number, required: true },
        },
        { _id: false },
      ),
      default: undefined,
    },
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
