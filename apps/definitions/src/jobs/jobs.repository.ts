import { Injectable } from '@nestjs/common';
import { Database } from '@millrace/service-kit/mongo';
import type { Model } from 'mongoose';
import { overAllOrganisations } from '../persistence/tenant-scope.schema.js';
import { jobSchema, type JobRecord } from './job.schema.js';

/** A job that is to be carried on. */
export type DueJob = Pick<JobRecord, '_id' | 'organisation_id'>;

/** A job without what may be long. */
export type ListedJob = Omit<JobRecord, 'results' | 'items'> & { readonly total: number };

/** Collection `jobs`. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class JobsRepository {
  readonly model: Model<JobRecord>;

  constructor(private readonly database: Database) {
    this.model = database.connection.model<JobRecord>('Job', jobSchema);
  }

  async insert(record: JobRecord): Promise<void> {
    await this.database.run(() => this.model.insertMany([record]));
  }

  find(organisation_id: string, _id: string): Promise<JobRecord | null> {
    return this.database.run(() => this.model.findOne({ _id, organisation_id }).lean<JobRecord>().exec());
  }

  /** Newest first. */
  async list(organisation_id: string, limit: number, before: string | undefined): Promise<ListedJob[]> {
    const match = { organisation_id, ...(before === undefined ? {} : { _id: { $lt: before } }) };
    const found = await this.database.run(() =>
      this.model
        .find(match)
        .sort({ _id: -1 })
        .limit(limit)
        .select({ results: 0 })
        .lean<Omit<JobRecord, 'results'>[]>()
        .exec(),
    );
    return found.map(({ items, ...job }) => ({ ...job, total: items.length }));
  }

  /** Those of some jobs that are still to be carried on. */
  async unfinishedOf(organisation_id: string, ids: readonly string[]): Promise<Set<string>> {
    const filter = { organisation_id, _id: { $in: [...ids] }, unfinished: true as const };
    const found = await this.database.run(() =>
      this.model.find(filter).select({ _id: 1 }).lean<Pick<JobRecord, '_id'>[]>().exec(),
    );
    return new Set(found.map(({ _id }) => _id));
  }

  countUnfinished(organisation_id: string): Promise<number> {
    return this.database.run(() => this.model.countDocuments({ organisation_id, unfinished: true }).exec());
  }

  /** Jobs of all organisations that are due, those that have waited longest first. */
  due(now: Date, limit: number): Promise<DueJob[]> {
    return this.database.run(() =>
      overAllOrganisations(this.model.find({ unfinished: true, due_at: { $lte: now } }))
        .sort({ due_at: 1 })
        .limit(limit)
        .select({ _id: 1, organisation_id: 1 })
        .lean<DueJob[]>()
        .exec(),
    );
  }

  /** Takes a job that is due, until `until`; null when somebody else was quicker, or it has ended. */
  take({ _id, organisation_id }: DueJob, now: Date, until: Date): Promise<JobRecord | null> {
    return this.database.run(() =>
      this.model
        .findOneAndUpdate(
          { _id, organisation_id, unfinished: true, due_at: { $lte: now } },
          { $set: { due_at: until, status: 'running' }, $inc: { fence: 1 } },
          { returnDocument: 'after' },
        )
        .select({ results: 0 })
        .lean<JobRecord>()
        .exec(),
    );
  }

  /**
   * Writes what an attempt has come to, if no other attempt has begun since. One that was cancelled meanwhile gets the results too,
   * and stays cancelled.
   */
  async advance(
    { _id, organisation_id, fence }: Pick<JobRecord, '_id' | 'organisation_id' | 'fence'>,
    results: readonly string[],
    { status, error, ...members }: Partial<JobRecord>,
  ): Promise<void> {
    const filter = { _id, organisation_id, fence };
    const added = { $push: { results: { $each: [...results] } } };
    const ending = status === undefined ? {} : { status, error: error ?? null, ended_at: new Date() };
    const update = {
      $set: { ...members, ...ending },
      ...(status === undefined ? {} : { $unset: { unfinished: 1 as const } }),
      ...added,
    };
    const { matchedCount } = await this.database.run(() =>
      this.model.updateOne({ ...filter, unfinished: true }, update).exec(),
    );
    if (matchedCount > 0) return;
    const { due_at: _due, ...progress } = members;
    await this.database.run(() => this.model.updateOne(filter, { $set: progress, ...added }).exec());
  }

  /** Ends a job that has not ended. False when it had. */
  async cancel(organisation_id: string, _id: string): Promise<boolean> {
    const now = new Date();
    const update = {
      $set: { status: 'cancelled' as const, ended_at: now, updated_at: now },
      $unset: { unfinished: 1 as const },
    };
    const { matchedCount } = await this.database.run(() =>
      this.model.updateOne({ _id, organisation_id, unfinished: true }, update).exec(),
    );
    return matchedCount > 0;
  }

  /** Forgets what of the organisation has ended, but the newest. */
  async keepNewest(organisation_id: string, kept: number): Promise<void> {
    const ended = { organisation_id, ended_at: { $ne: null } };
    const [first] = await this.database.run(() =>
      this.model.find(ended).sort({ _id: -1 }).skip(kept).limit(1).select({ _id: 1 }).lean<{ _id: string }[]>().exec(),
    );
    if (first === undefined) return;
    await this.database.run(() => this.model.deleteMany({ ...ended, _id: { $lte: first._id } }).exec());
  }

  /** Forgets what ended before a time, of all organisations. */
  async deleteEndedBefore(time: Date): Promise<void> {
    await this.database.run(() =>
      overAllOrganisations(this.model.deleteMany({ ended_at: { $ne: null, $lt: time } })).exec(),
    );
  }
}
