import { Injectable } from '@nestjs/common';
import { LIMITS, type EventDelivery, type EventDeliveryList, type NotedDelivery } from '@millrace/contracts';
import { Database } from '@millrace/service-kit/mongo';
import type { AnyBulkWriteOperation, Model } from 'mongoose';
import { keptAttempt, keptCall, shownAttempts } from './attempt-log.js';
import { eventDeliverySchema, type EventDeliveryRecord } from './event-delivery.schema.js';
import { pageOfDeliveries } from './page-of-deliveries.js';

/** Attempts of one round are fewer. */
const ROUND = 1_000;

/** Which deliveries of which subscription. */
export interface DeliveryAddress {
  readonly organisation_id: string;
  readonly subscription_id: string;
}

/** A record without its attempts, which may be many times as large as the rest. */
export type EndedDelivery = Omit<EventDeliveryRecord, 'attempt_log' | 'latest_calls'>;

/** A page of deliveries that is asked for. */
export interface DeliveryQuery {
  readonly limit: number;
  readonly starting_after?: string | undefined;
  readonly status?: EventDeliveryRecord['status'] | undefined;
}

/** Collection `event_deliveries`. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class EventDeliveriesRepository {
  readonly model: Model<EventDeliveryRecord>;

  constructor(private readonly database: Database) {
    this.model = database.connection.model<EventDeliveryRecord>('EventDelivery', eventDeliverySchema);
  }

  /** Writes what notes say; those that were written before change nothing, in whatever order they come. */
  async note(notes: readonly NotedDelivery[]): Promise<void> {
    await this.database.run(() => this.model.bulkWrite(notes.flatMap(writesOf), { ordered: true }));
  }

  /** One page, newest first. */
  list({ organisation_id, subscription_id }: DeliveryAddress, query: DeliveryQuery): Promise<EventDeliveryList> {
    const { status } = query;
    const filter = { organisation_id, subscription_id, ...(status === undefined ? {} : { status }) };
    return pageOfDeliveries(async (behind, count) => {
      const older = behind === undefined ? {} : { _id: { $lt: behind } };
      const found = await this.database.run(() =>
        this.model
          .find({ ...filter, ...older })
          .sort({ _id: -1 })
          .limit(count)
          .lean<EventDeliveryRecord[]>()
          .exec(),
      );
      return found.map(presented);
    }, query);
  }

  /** One of them, or null. */
  find({ organisation_id, subscription_id }: DeliveryAddress, id: string): Promise<EventDeliveryRecord | null> {
    const filter = { _id: id, organisation_id, subscription_id };
    return this.database.run(() => this.model.findOne(filter).lean<EventDeliveryRecord>().exec());
  }

  /** Those that ended in one of these ways, behind an id, oldest first. */
  endedBehind(
    { organisation_id, subscription_id }: DeliveryAddress,
    statuses: readonly EventDeliveryRecord['status'][],
    id: string,
    limit: number,
  ): Promise<EndedDelivery[]> {
    const filter = { organisation_id, subscription_id, status: { $in: statuses }, _id: { $gt: id } };
    return this.database.run(() =>
      this.model
        .find(filter)
        .sort({ _id: 1 })
        .limit(limit)
        .select({ attempt_log: 0, latest_calls: 0 })
        .lean<EndedDelivery[]>()
        .exec(),
    );
  }

  /** How many are to be sent by now (milliseconds since the epoch) and have not been, counted up to `limit`. Those that wait for a later attempt are none. */
  countDue({ organisation_id, subscription_id }: DeliveryAddress, now: number, limit: number): Promise<number> {
    const next_attempt_at = { $lte: new Date(now).toISOString() };
    const filter = { organisation_id, subscription_id, status: 'pending' as const, next_attempt_at };
    return this.database.run(() => this.model.countDocuments(filter, { limit }).exec());
  }

  /** How many have not ended, counted up to `limit`. */
  countWaiting({ organisation_id, subscription_id }: DeliveryAddress, limit: number): Promise<number> {
    const filter = { organisation_id, subscription_id, status: 'pending' as const };
    return this.database.run(() => this.model.countDocuments(filter, { limit }).exec());
  }

  /** Forgets those of all organisations that are old. `now` in milliseconds since the epoch. */
  async prune(now: number): Promise<void> {
    const created_at = { $lt: new Date(now - LIMITS.eventDeliveriesKeptMs) };
    await this.database.run(() => this.model.deleteMany({ created_at }).exec());
  }

  /** Forgets all deliveries of a subscription. */
  async forget({ organisation_id, subscription_id }: DeliveryAddress): Promise<void> {
    await this.database.run(() => this.model.deleteMany({ organisation_id, subscription_id }).exec());
  }

  /** Forgets what a subscription has beyond so many deliveries that have ended. What waits is counted by its records. */
  async pruneOf(address: DeliveryAddress, kept: number): Promise<void> {
    const { organisation_id, subscription_id } = address;
    const ended = { organisation_id, subscription_id, status: { $ne: 'pending' as const } };
    const [oldest] = await this.database.run(() =>
      this.model.find(ended).sort({ _id: -1 }).skip(kept).limit(1).select({ _id: 1 }).lean<{ _id: string }[]>().exec(),
    );
    if (oldest === undefined) return;
    const filter = { ...ended, _id: { $lte: oldest._id } };
    await this.database.run(() => this.model.deleteMany(filter).exec());
  }
}

/** A record as the API shows it. */
export function presented(record: EventDeliveryRecord): EventDelivery {
  const { _id: id, subscription_id, event_id, event_type, status, attempts, created_at, next_attempt_at } = record;
  return {
    id,
    subscription_id,
    event_id,
    event_type,
    status,
    attempts,
    created_at: created_at.toISOString(),
    next_attempt_at,
    request_body: record.body,
    attempt_log: shownAttempts(record.attempt_log, record.latest_calls ?? []),
    reason: record.reason ?? null,
  };
}

function writesOf(note: NotedDelivery): AnyBulkWriteOperation<EventDeliveryRecord>[] {
  const { delivery_id: _id, organisation_id, subscription_id, event_id, event_type, body, round, made } = note;
  const { status, next_attempt_at, reason = null, called } = note;
  const created_at = new Date(note.created_at);
  const position = positionOf(note);
  const fresh = { organisation_id, subscription_id, event_id, event_type, body, created_at };
  const none = { status, position, round, attempts: 0, next_attempt_at, attempt_log: [], reason };
  const filter = { _id, organisation_id };
  return [
    { updateOne: { filter, update: { $setOnInsert: { ...fresh, ...none } }, upsert: true } },
    ...(made === null
      ? []
      : [
          {
            updateOne: {
              filter: { ...filter, 'attempt_log.at': { $ne: made.at } },
              update: {
                $inc: { attempts: 1 },
                $push: {
                  attempt_log: { $each: [keptAttempt(made)], $slice: -LIMITS.eventAttemptsShown },
                  latest_calls: { $each: [keptCall(made, called)], $slice: -LIMITS.eventCallsShown },
                },
              },
            },
          },
        ]),
    {
      updateOne: {
        filter: { ...filter, position: { $lt: position } },
        update: { $set: { status, position, round, next_attempt_at, reason } },
      },
    },
  ];
}

/** An attempt that was not made comes before the same attempt that was, since another process may have found the subscription active. */
function positionOf({ round, attempt, made, reason }: NotedDelivery): number {
  if (made !== null) return round * ROUND + attempt;
  return round * ROUND + (reason === undefined ? 0 : attempt - 0.5);
}
