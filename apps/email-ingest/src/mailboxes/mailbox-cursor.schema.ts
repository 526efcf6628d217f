import { Schema } from 'mongoose';

/** What was last announced of a mailbox, or is still to be. */
export interface ToldHealth {
  event: 'mailbox.unhealthy' | 'mailbox.recovered';
  at: Date;
  /** False until it is announced: by whoever has the lease then. */
  told: boolean;
  /** What is wrong, of a mailbox that is unhealthy. */
  error?: string;
}

/**
 * How far a mailbox has been dealt with, who watches it and how it does, in collection `mailbox_cursors`. Lease and position are
 * in one record, so that a write of the position can name the lease that it is made under.
 */
export interface MailboxCursorRecord {
  /** The id of the mailbox. */
  _id: string;
  organisation_id: string;
  /** The process that watches it, until then. */
  holder: string;
  until: Date;
  /** One more with each change of the holder: what a former one writes is refused. */
  fence: number;
  /** The folder that the position is in; another one begins anew. */
  folder: string | null;
  /** The folder's UIDVALIDITY, as text: UIDs of another one mean other messages. */
  uid_validity: string | null;
  /** All messages up to this UID are dealt with. */
  last_uid: number;
  /** Messages that its server got up to then were there before the mailbox was set up; null when they count too. */
  began_after: Date | null;
  /** Up to this UID messages may have been dealt with under their former UIDs. */
  repeated_until: number;
  connected: boolean;
  /** Refused logins in a row. */
  refused_logins: number;
  /** The settings of the account that is not tried any more, see {@link Mailbox.settings}, because its login is refused. */
  stopped: string | null;
  last_poll_at: Date | null;
  last_message_at: Date | null;
  error: string | null;
  /** Absent of a mailbox that has always been well. */
  told_health?: ToldHealth;
}

export const mailboxCursorSchema = new Schema<MailboxCursorRecord>(
  {
    _id: { type: String, required: true },
    organisation_id: { type: String, required: true },
    holder: { type: String, required: true },
    until: { type: Date, required: true },
    fence: { type: Number, required: true },
    folder: { type: String, default: null },
    uid_validity: { type: String, default: null },
    last_uid: { type: Number, default: 0 },
    began_after: { type: Date, default: null },
    repeated_until: { type: Number, default: 0 },
    connected: { type: Boolean, default: false },
    refused_logins: { type: Number, default: 0 },
    stopped: { type: String, default: null },
    last_poll_at: { type: Date, default: null },
    last_message_at: { type: Date, default: null },
    error: { type: String, default: null },
    told_health: {
      type: new Schema<ToldHealth>(
        {
          event: { type: String, required: true },
          at: { type: Date, required: true },
          told: { type: Boolean, required: true },
          error: { type: String },
        },
        { _id: false },
      ),
      default: undefined,
    },
  },
  { collection: 'mailbox_cursors', versionKey: false, strict: 'throw', minimize: false },
);

mailboxCursorSchema.index({ organisation_id: 1 });
