import { Injectable } from '@nestjs/common';
import { LIMITS, type WebhookCall, type WebhookCallList } from '@millrace/contracts';
import { Database } from '@millrace/service-kit/mongo';
import { isDuplicateKey } from '@millrace/service-kit/mongo-failures';
import type { Model } from 'mongoose';
import { webhookCallSchema, type WebhookCallRecord } from './webhook-call.schema.js';

/** A page of calls that is asked for. */
export interface CallQuery {
  readonly organisation_id: string;
  readonly webhook_id: string;
  readonly limit: number;
  readonly starting_after?: string | undefined;
  readonly verdict?: WebhookCallRecord['verdict'] | undefined;
}

/** Whose calls are counted: those of an organisation, of one of its addresses, or of these the ones of a verdict. */
export type CallOwner = Pick<WebhookCallRecord, 'organisation_id'> &
  Partial<Pick<WebhookCallRecord, 'webhook_id' | 'verdict'>>;

/** Collection `webhook_calls`. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class WebhookCallsRepository {
  readonly model: Model<WebhookCallRecord>;

  constructor(private readonly database: Database) {
    this.model = database.connection.model<WebhookCallRecord>('WebhookCall', webhookCallSchema);
  }

  /** Writes calls; those that were written before, by an attempt whose answer got lost, are not written again. */
  async insert(records: readonly WebhookCallRecord[]): Promise<void> {
    try {
      await this.database.run(() => this.model.insertMany([...records], { ordered: false, lean: true }));
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }

  /** One page, newest first. */
  async list({ organisation_id, webhook_id, limit, starting_after, verdict }: CallQuery): Promise<WebhookCallList> {
    const filter = {
      organisation_id,
      webhook_id,
      ...(verdict === undefined ? {} : { verdict }),
      ...(starting_after === undefined ? {} : { _id: { $lt: starting_after } }),
    };
    const found = await this.database.run(() =>
      this.model
        .find(filter)
        .sort({ _id: -1 })
        .limit(limit + 1)
        .lean<WebhookCallRecord[]>()
        .exec(),
    );
    const calls = found.slice(0, limit).map(presented);
    const has_more = found.length > limit;
    return { calls, next_cursor: has_more ? (calls.at(-1)?.id ?? null) : null, has_more };
  }

  /** When addresses of the organisation were last called, by their ids; those without a call are missing. */
  async last(organisation_id: string, webhookIds: readonly string[]): Promise<Record<string, string>> {
    // One entry of the index each, however many calls there are.
    const found = await Promise.all(
      webhookIds.map((webhook_id) =>
        this.database.run(() =>
          this.model
            .findOne({ organisation_id, webhook_id })
            .sort({ _id: -1 })
            .select({ at: 1 })
            .lean<Pick<WebhookCallRecord, 'at'>>()
            .exec(),
        ),
      ),
    );
    return Object.fromEntries(
      webhookIds.flatMap((id, place): [string, string][] => {
        const at = found[place]?.at;
        return at === undefined ? [] : [[id, at.toISOString()]];
      }),
    );
  }

  /** Forgets those of all organisations that are old. `now` in milliseconds since the epoch. */
  async prune(now: number): Promise<void> {
    const at = { $lt: new Date(now - LIMITS.webhookCallsKeptMs) };
    await this.database.run(() => this.model.deleteMany({ at }).exec());
  }

  /** Forgets what an owner has beyond so many calls. */
  async pruneOf(owner: CallOwner, kept: number): Promise<void> {
    const [oldest] = await this.database.run(() =>
      this.model.find(owner).sort({ _id: -1 }).skip(kept).limit(1).select({ _id: 1 }).lean<{ _id: string }[]>().exec(),
    );
    if (oldest === undefined) return;
    await this.database.run(() => this.model.deleteMany({ ...owner, _id: { $lte: oldest._id } }).exec());
  }
}

function presented(record: WebhookCallRecord): WebhookCall {
  const { _id: id, at, method, verdict, status, code, message, execution_id, request_id, sample = false } = record;
  return { id, at: at.toISOString(), method, verdict, status, code, message, execution_id, request_id, sample };
}
