import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '@millrace/service-kit/mongo';
import { isDuplicateKey } from '@millrace/service-kit/mongo-failures';
import { ServerClock } from '@millrace/service-kit/server-clock';
import type { Model } from 'mongoose';
import type { Mailbox } from './mailbox.js';
import { mailboxCursorSchema, type MailboxCursorRecord, type ToldHealth } from './mailbox-cursor.schema.js';

/** The lease of a mailbox: who has it may write its position. */
export interface Lease {
  readonly mailbox: Mailbox;
  readonly fence: number;
}

/** The members that whoever has the lease writes. */
export type CursorChanges = Partial<
  Omit<MailboxCursorRecord, '_id' | 'organisation_id' | 'holder' | 'until' | 'fence'>
>;

/** Holds no lease; a mailbox that no process has begun to watch. */
const NOBODY = 'nobody';

/** Another process watches the mailbox now. */
export class LeaseLostError extends Error {
  constructor() {
    super('Another process watches the mailbox now');
    this.name = 'LeaseLostError';
  }
}

/** Collection `mailbox_cursors`. Every method throws SERVICE_UNAVAILABLE while the database is away, or the time is not known yet. */
@Injectable()
export class MailboxCursorsRepository {
  readonly model: Model<MailboxCursorRecord>;
  readonly #holder = randomUUID();

  constructor(
    private readonly database: Database,
    private readonly clock: ServerClock,
  ) {
    this.model = database.connection.model<MailboxCursorRecord>('MailboxCursor', mailboxCursorSchema);
  }

  /** The time by which leases end and looks are told: the same for all processes, however the clocks of their machines are set. */
  now(): Date {
    return new Date(this.clock.now());
  }

  /** Takes the lease of a mailbox that nobody watches; null when somebody does. */
  async take(mailbox: Mailbox, leaseMs: number): Promise<{ lease: Lease; cursor: MailboxCursorRecord } | null> {
    const until = this.#after(leaseMs);
    const free = { $or: [{ holder: this.#holder }, { until: { $lt: this.now() } }] };
    const taken = await this.database.run(() =>
      this.model
        .findOneAndUpdate(
          { ...keyOf(mailbox), ...free },
          { $set: { holder: this.#holder, until }, $inc: { fence: 1 } },
          { returnDocument: 'after' },
        )
        .lean<MailboxCursorRecord>()
        .exec(),
    );
    const cursor = taken ?? (await this.#insert(mailbox, { holder: this.#holder, until, fence: 1 }));
    return cursor && { lease: { mailbox, fence: cursor.fence }, cursor };
  }

  /** Keeps the lease. Throws {@link LeaseLostError}. */
  async renew(lease: Lease, leaseMs: number): Promise<void> {
    return this.#update(lease, { until: this.#after(leaseMs) });
  }

  /** Gives the lease back, so that another process need not wait for its end. */
  async release(lease: Lease): Promise<void> {
    await this.#update(lease, { until: new Date(0), connected: false }).catch((error: unknown) => {
      if (!(error instanceof LeaseLostError)) throw error;
    });
  }

  /** Writes members under the lease. Throws {@link LeaseLostError}, and has changed nothing, when another process has it. */
  write(lease: Lease, changes: CursorChanges): Promise<void> {
    return this.#update(lease, changes);
  }

  /** The records of mailboxes of an organisation. */
  find(organisationId: string, ids: readonly string[]): Promise<MailboxCursorRecord[]> {
    const filter = { organisation_id: organisationId, _id: { $in: [...ids] } };
    return this.database.run(() => this.model.find(filter).lean<MailboxCursorRecord[]>().exec());
  }

  /** The records of mailboxes, in no order. Makes one for each that no process has begun to watch. */
  async ofAll(mailboxes: readonly Mailbox[]): Promise<MailboxCursorRecord[]> {
    const read = (some: readonly Mailbox[]) =>
      this.database.run(() =>
        this.model
          .find({ _id: { $in: some.map(({ id }) => id) } })
          .lean<MailboxCursorRecord[]>()
          .exec(),
      );
    const found = await read(mailboxes);
    const known = new Set(found.map(({ _id }) => _id));
    for (const mailbox of mailboxes)
      if (!known.has(mailbox.id)) await this.#insert(mailbox, { holder: NOBODY, until: new Date(0), fence: 0 });
    return found;
  }

  /** Notes what is to be announced of a mailbox that nobody holds; false when it was looked at, or something else noted, since the record was read. */
  async noteUnheld(record: MailboxCursorRecord, due: ToldHealth): Promise<boolean> {
    const { _id, organisation_id, last_poll_at, fence, told_health } = record;
    const isAsRead = { last_poll_at, fence, 'told_health.at': told_health?.at ?? null };
    const { matchedCount } = await this.database.run(() =>
      this.model.updateOne({ _id, organisation_id, ...isAsRead }, { $set: { told_health: due } }).exec(),
    );
    return matchedCount > 0;
  }

  /** What was noted is announced. */
  async markTold({ _id, organisation_id }: Pick<MailboxCursorRecord, '_id' | 'organisation_id'>, due: ToldHealth) {
    await this.database.run(() =>
      this.model
        .updateOne({ _id, organisation_id, 'told_health.at': due.at }, { $set: { 'told_health.told': true } })
        .exec(),
    );
  }

  /** How many mailboxes each process watches, and when the first of its leases runs out. */
  async holders(): Promise<{ holder: string; count: number; until: Date }[]> {
    const group = { $group: { _id: '$holder', count: { $sum: 1 }, until: { $min: '$until' } } };
    const isHeld = { until: { $gt: this.now() } };
    const counted = await this.database.run(() =>
      this.model.aggregate<{ _id: string; count: number; until: Date }>([{ $match: isHeld }, group]).exec(),
    );
    return counted.map(({ _id: holder, count, until }) => ({ holder, count, until }));
  }

  #after(milliseconds: number): Date {
    return new Date(this.clock.now() + milliseconds);
  }

  async #update({ mailbox, fence }: Lease, changes: Partial<MailboxCursorRecord>): Promise<void> {
    const { matchedCount } = await this.database.run(() =>
      this.model.updateOne({ ...keyOf(mailbox), holder: this.#holder, fence }, { $set: changes }).exec(),
    );
    if (matchedCount === 0) throw new LeaseLostError();
  }

  /** A mailbox that is new; null when somebody watches it, or was quicker. */
  async #insert(
    mailbox: Mailbox,
    held: Pick<MailboxCursorRecord, 'holder' | 'until' | 'fence'>,
  ): Promise<MailboxCursorRecord | null> {
    try {
      return await this.database.run(async () => {
        const created = await this.model.create({ ...keyOf(mailbox), ...held });
        return created.toObject();
      });
    } catch (error) {
      if (isDuplicateKey(error)) return null;
      throw error;
    }
  }
}

function keyOf({ id, organisationId }: Mailbox): { _id: string; organisation_id: string } {
  return { _id: id, organisation_id: organisationId };
}
