import { Schema } from 'mongoose';
import { tenantScope } from '../persistence/tenant-scope.schema.js';

/** One secret, variable, mailbox, mail sender, provider of models or subscription to events. */
export interface SettingEntry {
  id: string;
  /** Of a mailbox and a subscription its id. */
  name: string;
  description: string | null;
  /** The sealed text of a secret; the JSON text of a variable's value; of a mailbox's account, a mail sender, a provider or a subscription, in which its secret is sealed. */
  text: string;
  /** Of the value, in UTF-8; of what has no value, its text. */
  bytes: number;
  /** Of the value, in characters. */
  characters: number;
  version: number;
  created_at: Date;
  updated_at: Date;
  /** Of a secret that has been rotated: the sealed text before, and until when it is taken as well; and those before that, newest first. */
  former?: FormerText & { readonly older?: readonly FormerText[] };
}

/** What was sealed, and until when it is taken. */
export interface FormerText {
  readonly text: string;
  readonly until: Date;
}

/**
 * All settings of one kind of an organisation in one document: they are few and small, limits on their number hold exactly, and one snapshot is a function of one document.
 */
export interface SettingsRecord {
  /** The organisation's id. */
  _id: string;
  organisation_id: string;
  /** In no order. */
  entries: SettingEntry[];
  /** When secrets were used last, by their names; of those that were, to about a minute. */
  last_used?: Readonly<Record<string, Date>>;
  /** The master key that wraps all of it; null where nothing is sealed. */
  key_id: string | null;
  /** Writes under `Idempotency-Key`s that have changed it, the newest last: none is made again. Absent in records of earlier releases. */
  writes?: string[];
  /** Counts every write (compare and set). */
  revision: number;
  /** True from the write until its snapshot is published. */
  snapshot_pending: boolean;
}

/** The schema of a collection of settings. */
export function settingsSchema(
  collection: 'secrets' | 'variables' | 'mailboxes' | 'mail_senders' | 'ai_providers' | 'event_subscriptions',
): Schema<SettingsRecord> {
  const schema = new Schema<SettingsRecord>(
    {
      _id: { type: String, required: true },
      organisation_id: { type: String, required: true },
      entries: [
        {
          _id: false,
          id: { type: String, required: true },
          name: { type: String, required: true },
          description: { type: String, default: null },
          text: { type: String, required: true },
          bytes: { type: Number, required: true },
          characters: { type: Number, required: true },
          version: { type: Number, required: true },
          created_at: { type: Date, required: true },
          updated_at: { type: Date, required: true },
          former: {
            type: {
              _id: false,
              text: String,
              until: Date,
              older: { type: [{ _id: false, text: String, until: Date }], default: undefined },
            },
            default: undefined,
          },
        },
      ],
      last_used: { type: Map, of: Date, default: undefined },
      key_id: { type: String, default: null },
      writes: { type: [String], default: undefined },
      revision: { type: Number, required: true },
      snapshot_pending: { type: Boolean, required: true },
    },
    { collection, versionKey: false, strict: 'throw', minimize: false, id: false },
  );
  schema.index({ snapshot_pending: 1 }, { partialFilterExpression: { snapshot_pending: true } });
  tenantScope(schema);
  return schema;
}
