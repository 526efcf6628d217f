import { Injectable } from '@nestjs/common';
import { newId, type MailboxMessage, type MailboxMessageList, type MailboxVerdict } from '@millrace/contracts';
import { Database } from '@millrace/service-kit/mongo';
import { isDuplicateKey } from '@millrace/service-kit/mongo-failures';
import type { Model } from 'mongoose';
import { MAIL_LIMITS } from '../limits.js';
import { ingestedMessageSchema, type IngestedMessageRecord } from './ingested-message.schema.js';

/** Which mailbox of which organisation. */
export interface MailboxAddress {
  readonly organisationId: string;
  readonly mailboxId: string;
}

/** What a record says of its message. */
export type MessageFacts = Pick<IngestedMessageRecord, 'key' | 'message_id' | 'sender' | 'subject'>;

/** What became of a message. */
export interface Outcome {
  readonly verdict: MailboxVerdict;
  readonly reason?: string | null;
  readonly executionIds?: readonly string[];
}

/** Collection `ingested_messages`. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class IngestedMessagesRepository {
  readonly model: Model<IngestedMessageRecord>;

  constructor(private readonly database: Database) {
    this.model = database.connection.model<IngestedMessageRecord>('IngestedMessage', ingestedMessageSchema);
  }

  /** The record of a message, made as `pending` if it is new: of two that find the same message both get the same one. */
  async claim(mailbox: MailboxAddress, message: MessageFacts): Promise<IngestedMessageRecord> {
    const { key, ...shown } = message;
    const filter = { ...filterOf(mailbox), key };
    const fresh = {
      ...shown,
      _id: newId('message'),
      seen_at: new Date(),
      verdict: 'pending',
      reason: null,
      execution_ids: [],
    };
    try {
      await this.database.run(() => this.model.updateOne(filter, { $setOnInsert: fresh }, { upsert: true }).exec());
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    const found = await this.database.run(() => this.model.findOne(filter).lean<IngestedMessageRecord>().exec());
    if (found === null) throw new Error(`The record of a message of mailbox ${mailbox.mailboxId} is gone`);
    return found;
  }

  /** Notes an execution that a message has started, while others have not been. */
  async noteStarted({ organisation_id, mailbox_id, _id }: IngestedMessageRecord, executionId: string): Promise<void> {
    const update = { $addToSet: { execution_ids: executionId } };
    await this.database.run(() => this.model.updateOne({ _id, organisation_id, mailbox_id }, update).exec());
  }

  /** Notes what became of a message. */
  async settle({ organisation_id, mailbox_id, _id }: IngestedMessageRecord, outcome: Outcome): Promise<void> {
    const { verdict, reason = null, executionIds = [] } = outcome;
    const update = { $set: { verdict, reason, execution_ids: [...executionIds] } };
    await this.database.run(() => this.model.updateOne({ _id, organisation_id, mailbox_id }, update).exec());
  }

  /** One page, newest first. */
  async list(mailbox: MailboxAddress, limit: number, before: string | undefined): Promise<MailboxMessageList> {
    const filter = { ...filterOf(mailbox), ...(before === undefined ? {} : { _id: { $lt: before } }) };
    const found = await this.database.run(() =>
      this.model
        .find(filter)
        .sort({ _id: -1 })
        .limit(limit + 1)
        .lean<IngestedMessageRecord[]>()
        .exec(),
    );
    const messages = found.slice(0, limit).map(presented);
    const has_more = found.length > limit;
    return { messages, next_cursor: has_more ? (messages.at(-1)?.id ?? null) : null, has_more };
  }

  /** Forgets messages of all organisations that came long ago, but for those that still wait: their records know what has started. */
  async prune(): Promise<void> {
    const seen_at = { $lt: new Date(Date.now() - MAIL_LIMITS.knownMs) };
    const filter = { seen_at, verdict: { $ne: 'pending' as const } };
    await this.database.run(() => this.model.deleteMany(filter).exec());
  }
}

function filterOf({ organisationId, mailboxId }: MailboxAddress): { organisation_id: string; mailbox_id: string } {
  return { organisation_id: organisationId, mailbox_id: mailboxId };
}

function presented(record: IngestedMessageRecord): MailboxMessage {
  const { _id: id, message_id, sender, subject, seen_at, verdict, reason, execution_ids } = record;
  return { id, message_id, sender, subject, seen_at: seen_at.toISOString(), verdict, reason, execution_ids };
}
