import { Injectable } from '@nestjs/common';
import { firstIdAt } from '@millrace/contracts';
import { Database } from '@millrace/service-kit/mongo';
import { isDuplicateKey } from '@millrace/service-kit/mongo-failures';
import type { Model, QueryFilter } from 'mongoose';
import { overAllOrganisations } from '../persistence/tenant-scope.schema.js';
import { auditEntrySchema, type AuditEntryRecord } from './audit-entry.schema.js';

/** Which entry: its id counts in its organisation alone. */
export type EntryKey = Pick<AuditEntryRecord, '_id' | 'organisation_id'>;

/** Which entries a list has. `from` and `to` are of the time at which they began. */
export interface EntryFilter {
  readonly actor?: string | undefined;
  readonly resource_type?: string | undefined;
  readonly resource_id?: string | undefined;
  readonly action?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** The last id of the page before. */
  readonly before?: string | undefined;
}

/** Collection `audit_log`. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class AuditLogRepository {
  readonly model: Model<AuditEntryRecord>;

  constructor(private readonly database: Database) {
    this.model = database.connection.model<AuditEntryRecord>('AuditEntry', auditEntrySchema);
  }

  /** Stores a new entry; one that is there already stays as it is. */
  async insert(record: AuditEntryRecord): Promise<void> {
    try {
      await this.database.run(() => this.model.insertMany([record]));
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }

  /** Writes members of an entry, if it is there. */
  async set({ _id, organisation_id }: EntryKey, members: Partial<AuditEntryRecord>): Promise<void> {
    await this.database.run(() => this.model.updateOne({ _id, organisation_id }, { $set: members }).exec());
  }

  /** Entries of the organisation, newest first. */
  list(organisationId: string, filter: EntryFilter, limit: number): Promise<AuditEntryRecord[]> {
    const { actor, resource_type, resource_id, action } = filter;
    const exact = Object.entries({ actor, resource_type, resource_id, action }).filter(
      ([, value]) => value !== undefined,
    );
    const query: QueryFilter<AuditEntryRecord> = {
      organisation_id: organisationId,
      ...Object.fromEntries(exact),
      ...idsIn(filter),
    };
    return this.database.run(() =>
      this.model.find(query).sort({ _id: -1 }).limit(limit).lean<AuditEntryRecord[]>().exec(),
    );
  }

  /** Deletes the entries of the organisation that are not among the newest `kept`; returns how many. */
  async keepNewest(organisationId: string, kept: number): Promise<number> {
    const ofOrganisation = { organisation_id: organisationId };
    const [first] = await this.database.run(() =>
      this.model
        .find(ofOrganisation)
        .sort({ _id: -1 })
        .skip(kept)
        .limit(1)
        .select({ _id: 1 })
        .lean<Pick<AuditEntryRecord, '_id'>[]>()
        .exec(),
    );
    if (first === undefined) return 0;
    const filter = { ...ofOrganisation, _id: { $lte: first._id } };
    return (await this.database.run(() => this.model.deleteMany(filter).exec())).deletedCount;
  }

  /** Deletes the entries of all organisations that began before a time; returns how many. Ids are in the order of time. */
  async deleteBefore(time: Date): Promise<number> {
    const filter = { _id: { $lt: firstIdAt('audit_entry', time.getTime()) } };
    return (await this.database.run(() => overAllOrganisations(this.model.deleteMany(filter)).exec())).deletedCount;
  }
}

/** The times and the page as bounds of ids, which are in the order of time. */
function idsIn({ from, to, before }: EntryFilter): { _id?: { $gte?: string; $lt?: string } } {
  const ends = [to && firstIdAt('audit_entry', to.getTime()), before].filter((end) => end !== undefined).sort();
  const bounds = {
    ...(from ? { $gte: firstIdAt('audit_entry', from.getTime()) } : {}),
    ...(ends[0] === undefined ? {} : { $lt: ends[0] }),
  };
  return Object.keys(bounds).length > 0 ? { _id: bounds } : {};
}
