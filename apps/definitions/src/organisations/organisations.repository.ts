import { Injectable } from '@nestjs/common';
import type { OrganisationLimits } from '@millrace/contracts';
import type { Model } from 'mongoose';
import { Database } from '@millrace/service-kit/mongo';
import { notedWrite } from '../persistence/noted-writes.js';
import { DEFAULT_LIMITS, newOrganisation, organisationSchema, type OrganisationRecord } from './organisation.schema.js';

/** What a change may be about. */
export type OrganisationChanges = Partial<
  Pick<
    OrganisationRecord,
    'name' | 'limits' | 'limited_credits' | 'due_credits' | 'suspended' | 'deleted_at' | 'updated_at'
  >
>;

/** Collection `organisations`. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class OrganisationsRepository {
  readonly model: Model<OrganisationRecord>;

  constructor(private readonly database: Database) {
    this.model = database.connection.model<OrganisationRecord>('Organisation', organisationSchema);
  }

  /** Makes the organisation if there is none of that id; an existing one keeps its name. Returns false for one that was deleted. */
  async ensure(id: string, name: string): Promise<boolean> {
    const update = { $setOnInsert: newOrganisation(name) };
    await this.database.run(() => this.model.updateOne({ _id: id }, update, { upsert: true }).exec());
    return (await this.find(id)) !== null;
  }

  /** Gives a live organisation these limits, if it has others; its snapshot is then due. */
  async setLimits(id: string, limits: OrganisationLimits): Promise<void> {
    const differs = Object.entries(limits).map(([name, value]) => ({ [`limits.${name}`]: { $ne: value } }));
    const update = { $set: { limits, updated_at: new Date(), snapshot_pending: true }, $inc: { revision: 1 } };
    await this.database.run(() => this.model.updateOne({ _id: id, deleted_at: null, $or: differs }, update).exec());
  }

  /** Marks a live organisation as one that has a balance; its snapshot is then due. */
  async limitCredits(id: string): Promise<void> {
    const update = {
      $set: { limited_credits: true, updated_at: new Date(), snapshot_pending: true },
      $inc: { revision: 1 },
    };
    const filter = { _id: id, deleted_at: null, limited_credits: { $ne: true } };
    await this.database.run(() => this.model.updateOne(filter, update).exec());
  }

  /** Completes what releases stored that knew neither limits nor suspension; the snapshots are then due. */
  async completeFormer(): Promise<void> {
    const { created_at: _, name: __, ...members } = newOrganisation('');
    const update = { $set: { ...members, limits: DEFAULT_LIMITS } };
    await this.database.run(() => this.model.updateMany({ revision: { $exists: false } }, update).exec());
  }

  /** Stores a new organisation, whose snapshot is then due. */
  async insert(record: OrganisationRecord): Promise<void> {
    await this.database.run(() => this.model.insertOne(record));
  }

  /** A live organisation, or null. */
  find(id: string): Promise<OrganisationRecord | null> {
    return this.database.run(() => this.model.findOne({ _id: id, deleted_at: null }).lean<OrganisationRecord>().exec());
  }

  /** An organisation, also when it is deleted; null when there never was one. */
  findEver(id: string): Promise<OrganisationRecord | null> {
    return this.database.run(() => this.model.findOne({ _id: id }).lean<OrganisationRecord>().exec());
  }

  /** A page of live organisations by id; `after` is the last id of the page before. */
  list(limit: number, after = ''): Promise<OrganisationRecord[]> {
    const filter = { _id: { $gt: after }, deleted_at: null };
    return this.database.run(() =>
      this.model.find(filter).sort({ _id: 1 }).limit(limit).lean<OrganisationRecord[]>().exec(),
    );
  }

  /** All organisations, deleted ones included, in pages by id; `after` is the last id of the page before, or ''. */
  walk(after: string, limit: number): Promise<OrganisationRecord[]> {
    return this.database.run(() =>
      this.model
        .find({ _id: { $gt: after } })
        .sort({ _id: 1 })
        .limit(limit)
        .lean<OrganisationRecord[]>()
        .exec(),
    );
  }

  /** Writes members of a live organisation that is at `revision`; null when it was written meanwhile. Its snapshot is then due. */
  change({ _id, revision }: OrganisationRecord, changes: OrganisationChanges): Promise<OrganisationRecord | null> {
    const written = { ...changes, updated_at: new Date(), snapshot_pending: true };
    const update = { $set: written, $inc: { revision: 1 }, ...notedWrite() };
    return this.database.run(() =>
      this.model
        .findOneAndUpdate({ _id, revision, deleted_at: null }, update, { returnDocument: 'after' })
        .lean<OrganisationRecord>()
        .exec(),
    );
  }

  /** Marks the snapshot of `revision` as published, and its balance as set. Returns false when the organisation has been written since. */
  async markPublished(id: string, revision: number): Promise<boolean> {
    const update = { $set: { snapshot_pending: false }, $unset: { due_credits: '' } };
    const result = await this.database.run(() => this.model.updateOne({ _id: id, revision }, update).exec());
    return result.matchedCount === 1;
  }

  /** Organisations whose snapshots are due. */
  async findUnpublished(limit: number): Promise<string[]> {
    const due = await this.database.run(() =>
      this.model.find({ snapshot_pending: true }).select({ _id: 1 }).limit(limit).lean<{ _id: string }[]>().exec(),
    );
    return due.map(({ _id }) => _id);
  }

  /** Its name, or null when there is no such organisation. */
  async nameOf(id: string): Promise<string | null> {
    const found = await this.database.run(() =>
      this.model.findOne({ _id: id }).select({ name: 1 }).lean<Pick<OrganisationRecord, 'name'>>().exec(),
    );
    return found?.name ?? null;
  }

  /** Bytes of the documents of its workflows' versions. */
  async workflowBytes(id: string): Promise<number> {
    const found = await this.database.run(() =>
      this.model.findOne({ _id: id }).select({ workflow_bytes: 1 }).lean<Partial<OrganisationRecord>>().exec(),
    );
    return found?.workflow_bytes ?? 0;
  }

  /** Adds to them; less than 0 takes away. */
  async addWorkflowBytes(id: string, bytes: number): Promise<void> {
    if (bytes === 0) return;
    const update = { $inc: { workflow_bytes: bytes }, $setOnInsert: newOrganisation(id) };
    await this.database.run(() => this.model.updateOne({ _id: id }, update, { upsert: true }).exec());
  }
}
