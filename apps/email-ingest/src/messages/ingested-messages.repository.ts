import { Injectable } from '@nestjs/common';
import {
  AppError,
  newId,
  type MailboxMessage,
  type MailboxMessageList,
  type MailboxVerdict,
} from '@millrace/contracts';
import { Database } from '@millrace/service-kit/mongo';
import { isDuplicateKey } from '@millrace/service-kit/mongo-failures';
import type { Model } from 'mongoose';
import { MAIL_LIMITS } from '../limits.js';
import { digest } from '../mailboxes/mailbox.js';
import { ingestedMessageSchema, type IngestedMessageRecord, type MessagePlace } from './ingested-message.schema.js';

/** Which mailbox of which organisation. */
export interface MailboxAddress {
  readonly organisationId: string;
  readonly mailboxId: string;
}

/** What a record says of its message. */
export type MessageFacts = Pick<IngestedMessageRecord, 'key' | 'former_key' | 'message_id' | 'sender' | 'subject'>;

/** Where a message was found. */
export interface FoundPlace {
  readonly place: MessagePlace;
  /** Those of some UIDs of the same numbering whose messages are still in the folder. */
  readonly remaining: (uids: readonly number[]) => Promise<number[]>;
}

/** Each that fails means that another process has claimed a message meanwhile that is alike. */
const CLAIM_ATTEMPTS = 10;
const NUMBER_DIGITS = 9;

type NewMessage = Pick<
  IngestedMessageRecord,
  'organisation_id' | 'mailbox_id' | 'key' | 'message_id' | 'sender' | 'subject'
> & { readonly place: MessagePlace };

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

  /**
   * The record of a message, made as `pending` if it is new: of two processes that find the same message both get the same one. A message
   * that is like a known one is the same only where that one is no longer at its place. Rejects with what `remaining` rejects with.
   */
  async claim(mailbox: MailboxAddress, facts: MessageFacts, found: FoundPlace): Promise<IngestedMessageRecord> {
    const { former_key, ...message } = facts;
    for (let attempt = 0; attempt < CLAIM_ATTEMPTS; attempt++) {
      // In one read: of two processes one finds what the other has noted, or fails to note it.
      const alike = await this.#alike(mailbox, message.key);
      // Records of former releases say neither size nor arrival. Until they are forgotten, what they stand for may come back.
      const former = former_key === undefined ? [] : await this.#alike(mailbox, former_key);
      const known = [...alike, ...former];
      const here = known.find(({ place }) => isAt(place, found.place));
      if (here !== undefined) return here;
      const last = alike.at(-1);
      const same = (await goneOf(known, found)) ?? (alike.length < MAIL_LIMITS.alikeMessages ? undefined : last);
      const key = last === undefined ? message.key : keyAfter(last.key);
      const record = same
        ? await this.#place(same, found.place, former.includes(same) ? key : same.key)
        : await this.#insert({ ...filterOf(mailbox), ...message, key, place: found.place });
      if (record === null) continue;
      if (same !== undefined) await this.#list(same, { ...filterOf(mailbox), ...message, place: found.place });
      return record;
    }
    throw new AppError('SERVICE_UNAVAILABLE');
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

  /** Forgets what a mailbox has beyond so many messages that have started nothing. Those that have are known for all of the time: nothing starts twice. */
  async pruneIdle(mailbox: MailboxAddress, kept: number): Promise<void> {
    const idle = { ...filterOf(mailbox), verdict: { $nin: ['pending', 'started'] as MailboxVerdict[] } };
    const [oldest] = await this.database.run(() =>
      this.model.find(idle).sort({ _id: -1 }).skip(kept).limit(1).select({ _id: 1 }).lean<{ _id: string }[]>().exec(),
    );
    if (oldest === undefined) return;
    await this.database.run(() => this.model.deleteMany({ ...idle, _id: { $lte: oldest._id } }).exec());
  }

  /** The records of messages that are alike, in the order in which they were made. */
  #alike(mailbox: MailboxAddress, key: string): Promise<IngestedMessageRecord[]> {
    const filter = { ...filterOf(mailbox), key: { $gte: key, $lte: `${key}-~` } };
    return this.database.run(() =>
      this.model
        .find(filter)
        .sort({ key: 1 })
        .batchSize(2 * MAIL_LIMITS.alikeMessages)
        .lean<IngestedMessageRecord[]>()
        .exec(),
    );
  }

  /** Notes that a message is at another place now, under a key of today; null when another process has noted something else. */
  async #place(record: IngestedMessageRecord, place: MessagePlace, key: string): Promise<IngestedMessageRecord | null> {
    const { _id, organisation_id, mailbox_id, place: former } = record;
    const isAsRead = { 'place.numbering': former?.numbering ?? null, 'place.uid': former?.uid ?? null };
    const renewed = key === record.key ? { place } : { place, key, former_key: record.former_key ?? record.key };
    const { matchedCount } = await unlessTaken({ matchedCount: 0 }, () =>
      this.database.run(() =>
        this.model.updateOne({ _id, organisation_id, mailbox_id, ...isAsRead }, { $set: renewed }).exec(),
      ),
    );
    return matchedCount === 0 ? null : { ...record, ...renewed };
  }

  /** Lists a message by itself that is taken for one which has left its place in the same folder: somebody may miss it. */
  async #list(same: IngestedMessageRecord, message: Omit<NewMessage, 'key'>): Promise<void> {
    const { numbering, uid } = message.place;
    if (same.place?.numbering !== numbering || same.verdict === 'pending') return;
    const reason = `It is taken for the message of ${same._id}, which has left its place, and starts nothing again`;
    await this.#insert({ ...message, key: digest(`duplicate ${numbering}/${uid}`) }, { verdict: 'duplicate', reason });
  }

  /** Null when another process has made one of this key. */
  #insert(
    message: NewMessage,
    { verdict, reason = null }: Outcome = { verdict: 'pending' },
  ): Promise<IngestedMessageRecord | null> {
    const record = { _id: newId('message'), ...message, seen_at: new Date(), verdict, reason, execution_ids: [] };
    return unlessTaken(null, () => this.database.run(() => this.model.create(record)).then(() => record));
  }
}

/** What the write of a key returns, or `taken` where another record has the key. */
async function unlessTaken<Written, Taken>(taken: Taken, write: () => Promise<Written>): Promise<Written | Taken> {
  try {
    return await write();
  } catch (error) {
    if (isDuplicateKey(error)) return taken;
    throw error;
  }
}

function isAt(place: MessagePlace | undefined, { numbering, uid }: MessagePlace): boolean {
  return place?.numbering === numbering && place.uid === uid;
}

/** Of messages that are alike one that is no longer at its place, so that it is the one which is found now; undefined when all are where they were. */
async function goneOf(
  alike: readonly IngestedMessageRecord[],
  { place: { numbering, uid }, remaining }: FoundPlace,
): Promise<IngestedMessageRecord | undefined> {
  const elsewhere = alike.find(({ place }) => place?.numbering !== numbering);
  const uids = alike.flatMap(({ place }) => (place !== undefined && place.beside < uid ? [place.uid] : []));
  if (elsewhere !== undefined || uids.length === 0) return elsewhere;
  const there = await remaining(uids);
  const gone = uids.find((one) => !there.includes(one));
  return alike.find(({ place }) => place?.uid === gone);
}

/** The key of one more message that is like others; the first one has no number. In the order of numbers as text. */
function keyAfter(last: string): string {
  const [key, number = '0'] = last.split('-');
  return `${key ?? ''}-${String(Number(number) + 1).padStart(NUMBER_DIGITS, '0')}`;
}

function filterOf({ organisationId, mailboxId }: MailboxAddress): { organisation_id: string; mailbox_id: string } {
  return { organisation_id: organisationId, mailbox_id: mailboxId };
}

function presented(record: IngestedMessageRecord): MailboxMessage {
  const { _id: id, message_id, sender, subject, seen_at, verdict, reason, execution_ids } = record;
  return { id, message_id, sender, subject, seen_at: seen_at.toISOString(), verdict, reason, execution_ids };
}
