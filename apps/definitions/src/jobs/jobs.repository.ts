import { Injectable } from '@nestjs/common';
import { Database } from '@millrace/service-kit/mongo';
import type { Model } from 'mongoose';
import { overAllOrganisations } from '../persistence/tenant-scope.schema.js';
import { jobSchema, type JobRecord } from './job.schema.js';

/** A job that is to be carried on. */
export type DueJob = Pick<JobRecord, '_id' | 'organisation_id'>;

/** A job without its items, which may be many. */
export type ReadJob = Omit<JobRecord, 'items'>;

/** A job without what may be long. */
export type ListedJob = Omit<ReadJob, 'results'>;

/** A job that is being carried on. */
export type TakenJob = ListedJob;

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

  async find(organisation_id: string, _id: string): Promise<ReadJob | null> {
    const found = await this.database.run(() =>
      this.model.findOne({ _id, organisation_id }).select({ items: 0 }).lean<ReadJob>().exec(),
    );
    return found && this.#counted(organisation_id, found);
  }

  /** The job that a request has made since. */
  findByRequest(organisation_id: string, request_key: string, since: Date): Promise<ReadJob | null> {
    const filter = { organisation_id, request_key, created_at: { $gte: since } };
    return this.database.run(() => this.model.findOne(filter).select({ items: 0 }).lean<ReadJob>().exec());
  }

  /** Newest first. */
  async list(organisation_id: string, limit: number, before: string | undefined): Promise<ListedJob[]> {
    const match = { organisation_id, ...(before === undefined ? {} : { _id: { $lt: before } }) };
    const found = await this.database.run(() =>
      this.model.find(match).sort({ _id: -1 }).limit(limit).select({ results: 0, items: 0 }).lean<ListedJob[]>().exec(),
    );
    return Promise.all(found.map((job) => this.#counted(organisation_id, job)));
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
  async take({ _id, organisation_id }: DueJob, now: Date, until: Date): Promise<TakenJob | null> {
    const taken = await this.database.run(() =>
      this.model
        .findOneAndUpdate(
          { _id, organisation_id, unfinished: true, due_at: { $lte: now } },
          { $set: { due_at: until, status: 'running' }, $inc: { fence: 1 } },
          { returnDocument: 'after' },
        )
        .select({ results: 0, items: 0 })
        .lean<TakenJob>()
        .exec(),
    );
    return taken && this.#counted(organisation_id, taken);
  }

  /** The next items of a job, at most `count`: not all are read whenever some are dealt with. */
  async nextItems(
    { _id, organisation_id, position }: Pick<TakenJob, '_id' | 'organisation_id' | 'position'>,
    count: number,
  ): Promise<string[]> {
    // The projection of `take` could say so too, but FerretDB ignores a `$slice` there.
    const [job] = await this.database.run(() =>
      this.model
        .aggregate<Pick<JobRecord, 'items'>>([
          { $match: { _id, organisation_id } },
          { $project: { items: { $slice: ['$items', position, count] } } },
        ])
        .exec(),
    );
    return job?.items ?? [];
  }

  /** Notes when a block of items was first dealt with; false when another attempt has begun since. */
  async beginBlock(
    { _id, organisation_id, fence }: Pick<TakenJob, '_id' | 'organisation_id' | 'fence'>,
    block: NonNullable<JobRecord['block']>,
  ): Promise<boolean> {
    const filter = { _id, organisation_id, fence };
    const { matchedCount } = await this.database.run(() => this.model.updateOne(filter, { $set: { block } }).exec());
    return matchedCount > 0;
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
    const ending = status === undefined ? {} : { status, error: error ?? null, ended_at: new Date(), items: [] };
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
    await this.#count(organisation_id, _id);
    const now = new Date();
    const update = {
      $set: { status: 'cancelled' as const, ended_at: now, updated_at: now, items: [] },
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

  /** With its total, which the release before did not write. */
  async #counted<Job extends Pick<ReadJob, '_id' | 'total'>>(organisation_id: string, job: Job): Promise<Job> {
    if ((job.total as number | undefined) !== undefined) return job;
    return { ...job, total: await this.#count(organisation_id, job._id) };
  }

  /** Writes how many items a job has, where nobody has: once it has ended, none are left. */
  async #count(organisation_id: string, _id: string): Promise<number> {
    const place = { _id, organisation_id };
    const [found] = await this.database.run(() =>
      this.model
        .aggregate<Pick<JobRecord, 'total'>>([
          { $match: place },
          { $project: { total: { $ifNull: ['$total', { $size: '$items' }] } } },
        ])
        .exec(),
    );
    const total = found?.total ?? 0;
    await this.database.run(() =>
      this.model.updateOne({ ...place, total: { $exists: false } }, { $set: { total } }).exec(),
    );
    return total;
  }
}
