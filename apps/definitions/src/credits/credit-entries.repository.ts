import { Injectable } from '@nestjs/common';
import { Database } from '@millrace/service-kit/mongo';
import { isDuplicateKey } from '@millrace/service-kit/mongo-failures';
import type { Model } from 'mongoose';
import { overAllOrganisations } from '../persistence/tenant-scope.schema.js';
import { creditEntrySchema, type CreditEntryRecord } from './credit-entry.schema.js';

/** Collection `credit_entries`. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class CreditEntriesRepository {
  readonly model: Model<CreditEntryRecord>;

  constructor(private readonly database: Database) {
    this.model = database.connection.model<CreditEntryRecord>('CreditEntry', creditEntrySchema);
  }

  /** Stores a line; one that is there already stays as it is. */
  async insert(record: CreditEntryRecord): Promise<void> {
    try {
      await this.database.run(() => this.model.insertMany([record]));
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }

  /** Lines of the organisation, newest first; `before` is the sequence of the last one of the page before. */
  list(organisationId: string, limit: number, before?: number): Promise<CreditEntryRecord[]> {
    const filter = {
      organisation_id: organisationId,
      ...(before === undefined ? {} : { sequence: { $lt: before } }),
    };
    return this.database.run(() =>
      this.model.find(filter).sort({ sequence: -1 }).limit(limit).lean<CreditEntryRecord[]>().exec(),
    );
  }

  /** Deletes the lines of all organisations that are older; returns how many. */
  async deleteBefore(time: Date): Promise<number> {
    const filter = { at: { $lt: time } };
    return (await this.database.run(() => overAllOrganisations(this.model.deleteMany(filter)).exec())).deletedCount;
  }
}
