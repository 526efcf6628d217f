import { Injectable } from '@nestjs/common';
import type { JobResult } from '@millrace/contracts';
import { Database } from '@millrace/service-kit/mongo';
import { isDuplicateKey } from '@millrace/service-kit/mongo-failures';
import type { AnyBulkWriteOperation, Model } from 'mongoose';
import { overAllOrganisations } from '../persistence/tenant-scope.schema.js';
import { backfilledTimeSchema, type BackfilledTimeRecord } from './backfilled-time.schema.js';

/** The job for which nominal times of a schedule are claimed. */
export interface Claimant {
  readonly organisation_id: string;
  readonly job_id: string;
  readonly job_created_at: Date;
  readonly workflow_id: string;
  readonly index: number;
}

/** What another job has claimed. */
export type Claim = Pick<BackfilledTimeRecord, 'job_id' | 'job_created_at' | 'execution_id'>;

/** Collection `backfilled_times`. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class BackfilledTimesRepository {
  readonly model: Model<BackfilledTimeRecord>;

  constructor(private readonly database: Database) {
    this.model = database.connection.model<BackfilledTimeRecord>('BackfilledTime', backfilledTimeSchema);
  }

  /** Claims times for a job. Returns those that another one has claimed. */
  async claim(claimant: Claimant, times: readonly string[]): Promise<Map<string, Claim>> {
    const { organisation_id, job_id, job_created_at } = claimant;
    const created_at = new Date();
    const records = times.map((time) => ({
      _id: keyOf(claimant, time),
      organisation_id,
      job_id,
      job_created_at,
      execution_id: null,
      created_at,
    }));
    try {
      await this.database.run(() => this.model.insertMany(records, { ordered: false }));
      return new Map();
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    const filter = { organisation_id, _id: { $in: records.map(({ _id }) => _id) } };
    const found = await this.database.run(() => this.model.find(filter).lean<BackfilledTimeRecord[]>().exec());
    const others = new Map(found.filter((one) => one.job_id !== job_id).map((one) => [one._id, one]));
    return new Map(
      times.flatMap((time): [string, Claim][] => {
        const claim = others.get(keyOf(claimant, time));
        return claim === undefined ? [] : [[time, claim]];
      }),
    );
  }

  /** Writes which executions were started. The other times are given back, if the job itself has asked. */
  async settle(claimant: Claimant, results: readonly JobResult[], givesBack: boolean): Promise<void> {
    const { organisation_id, job_id } = claimant;
    const writes = results.flatMap(({ item, outcome, execution_id }): AnyBulkWriteOperation<BackfilledTimeRecord>[] => {
      const filter = { _id: keyOf(claimant, item), organisation_id, job_id };
      if (outcome === 'started') return [{ updateOne: { filter, update: { $set: { execution_id } } } }];
      // What is known to have been started stays, whoever knows of it.
      return givesBack ? [{ deleteOne: { filter: { ...filter, execution_id: null } } }] : [];
    });
    if (writes.length > 0) await this.database.run(() => this.model.bulkWrite(writes, { ordered: false }));
  }

  /** Forgets what was claimed before a time, of all organisations. */
  async deleteBefore(time: Date): Promise<void> {
    await this.database.run(() => overAllOrganisations(this.model.deleteMany({ created_at: { $lt: time } })).exec());
  }
}

function keyOf({ workflow_id, index }: Claimant, time: string): string {
  return `${workflow_id}.${index}.${time}`;
}
