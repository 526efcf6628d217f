import { Injectable } from '@nestjs/common';
import type { NotedDelivery } from '@millrace/contracts';
import { Database } from '@millrace/service-kit/mongo';
import type { AnyBulkWriteOperation, Model } from 'mongoose';
import { eventEndpointSchema, type EventEndpointRecord } from './event-delivery.schema.js';

/** Collection `event_endpoints`. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class EventEndpointsRepository {
  readonly model: Model<EventEndpointRecord>;

  constructor(private readonly database: Database) {
    this.model = database.connection.model<EventEndpointRecord>('EventEndpoint', eventEndpointSchema);
  }

  /** Writes whether attempts have succeeded, in their order, and which subscriptions there are deliveries of. */
  async note(notes: readonly NotedDelivery[]): Promise<void> {
    const owners = new Map(notes.map(({ subscription_id, organisation_id }) => [subscription_id, organisation_id]));
    const writes = [...[...owners].map(freshOf), ...notes.flatMap(writesOf)];
    if (writes.length > 0) await this.database.run(() => this.model.bulkWrite(writes, { ordered: true }));
  }

  /** Those of some subscriptions that have not succeeded since a time or longer. */
  failingSince(ids: readonly string[], since: Date): Promise<EventEndpointRecord[]> {
    const filter = { _id: { $in: [...ids] }, failing_since: { $ne: null, $lte: since } };
    return this.database.run(() => this.model.find(filter).lean<EventEndpointRecord[]>().exec());
  }

  /** Forgets since when one fails: it begins anew. */
  async forget(id: string): Promise<void> {
    await this.database.run(() => this.model.updateOne({ _id: id }, { $set: { failing_since: null } }).exec());
  }

  /** Forgets one altogether. */
  async delete(id: string): Promise<void> {
    await this.database.run(() => this.model.deleteOne({ _id: id }).exec());
  }

  /** All of them, in pages by id; `after` is the last id of the page before, or ''. */
  walk(after: string, limit: number): Promise<EventEndpointRecord[]> {
    return this.database.run(() =>
      this.model
        .find({ _id: { $gt: after } })
        .sort({ _id: 1 })
        .limit(limit)
        .lean<EventEndpointRecord[]>()
        .exec(),
    );
  }
}

/** Also of what is recorded without an attempt: what there is no record of is not forgotten with its subscription. */
function freshOf([_id, organisation_id]: readonly [string, string]): AnyBulkWriteOperation<EventEndpointRecord> {
  return { updateOne: { filter: { _id }, update: { $setOnInsert: { organisation_id } }, upsert: true } };
}

function writesOf(note: NotedDelivery): AnyBulkWriteOperation<EventEndpointRecord>[] {
  const { subscription_id: _id, made, status } = note;
  if (made === null) return [];
  const at = new Date(made.at);
  const filter = status === 'delivered' ? { _id, failing_since: { $lte: at } } : { _id, failing_since: null };
  const failing_since = status === 'delivered' ? null : at;
  return [{ updateOne: { filter, update: { $set: { failing_since } } } }];
}
