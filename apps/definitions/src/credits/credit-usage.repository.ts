import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { CreditUsageGroup } from '@millrace/contracts';
import { Database } from '@millrace/service-kit/mongo';
import { isDuplicateKey } from '@millrace/service-kit/mongo-failures';
import type { Model } from 'mongoose';
import { overAllOrganisations } from '../persistence/tenant-scope.schema.js';
import { creditUsageSchema, type CreditUsageRecord } from './credit-usage.schema.js';

/** A note that comes again comes within so many others of the same kind. */
const REMEMBERED = 200;

/** The figures that are added up. */
export type UsageFigures = Pick<
  CreditUsageRecord,
  'calls' | 'input_tokens' | 'output_tokens' | 'cost' | 'charged' | 'unpriced_calls'
>;

/** Where figures are counted. */
export type UsagePlace = Pick<CreditUsageRecord, 'organisation_id' | 'group' | 'day' | 'key'>;

/** What is asked about. Days are texts, both included. */
export interface UsageRange {
  readonly organisationId: string;
  readonly group: CreditUsageGroup;
  readonly from: string;
  readonly to: string;
}

const FIGURES = ['calls', 'input_tokens', 'output_tokens', 'cost', 'charged', 'unpriced_calls'] as const;
/** What was used outside of a workflow has an empty name there. */
const KEY = { $cond: [{ $eq: ['$key', ''] }, null, '$key'] };
const SUMS = Object.fromEntries(FIGURES.map((name) => [name, { $sum: `$${name}` }]));

/** Collection `credit_usage`. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class CreditUsageRepository {
  readonly model: Model<CreditUsageRecord>;

  constructor(private readonly database: Database) {
    this.model = database.connection.model<CreditUsageRecord>('CreditUsage', creditUsageSchema);
  }

  /** Whether anything is counted there. */
  async has(place: UsagePlace): Promise<boolean> {
    const filter = { _id: idOf(place), organisation_id: place.organisation_id };
    const found = await this.database.run(() => this.model.findOne(filter).select({ _id: 1 }).lean().exec());
    return found !== null;
  }

  /** How many names are told apart in a day; at most `limit`. */
  count({ organisation_id, group, day }: UsagePlace, limit: number): Promise<number> {
    return this.database.run(() => this.model.countDocuments({ organisation_id, group, day }, { limit }).exec());
  }

  /** Counts figures of a note; the same note is counted once. */
  async add(place: UsagePlace, figures: UsageFigures, noteId: string): Promise<void> {
    const { organisation_id } = place;
    const filter = { _id: idOf(place), organisation_id, recent: { $ne: noteId } };
    const update = {
      $inc: figures,
      $push: { recent: { $each: [noteId], $slice: -REMEMBERED } },
      $setOnInsert: { group: place.group, day: place.day, key: place.key },
    };
    try {
      await this.database.run(() => this.model.updateOne(filter, update, { upsert: true }).exec());
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      // It is there: with the note in it, or made by another one at this very moment.
      await this.database.run(() => this.model.updateOne(filter, update).exec());
    }
  }

  /** Sums by day in their order, or by key, those with the highest costs first. */
  sums(
    { organisationId, group, from, to }: UsageRange,
    limit: number,
  ): Promise<(UsageFigures & { _id: string | null })[]> {
    const sort: Record<string, 1 | -1> = group === 'day' ? { _id: 1 } : { cost: -1, calls: -1, _id: 1 };
    return this.database.run(() =>
      this.model
        .aggregate<UsageFigures & { _id: string | null }>([
          { $match: { organisation_id: organisationId, group, day: { $gte: from, $lte: to } } },
          { $group: { _id: group === 'day' ? '$day' : KEY, ...SUMS } },
          { $sort: sort },
          { $limit: limit },
        ])
        .exec(),
    );
  }

  /** Deletes the figures of all organisations of earlier days; returns how many documents. */
  async deleteBefore(day: string): Promise<number> {
    const filter = { day: { $lt: day } };
    return (await this.database.run(() => overAllOrganisations(this.model.deleteMany(filter)).exec())).deletedCount;
  }
}

/** A label may be long. */
function idOf({ organisation_id, group, day, key }: UsagePlace): string {
  return createHash('sha256')
    .update(JSON.stringify([organisation_id, group, day, key]))
    .digest('base64url');
}
