import { Injectable } from '@nestjs/common';
import { LIMITS } from '@millrace/contracts';
import type { Model, UpdateQuery } from 'mongoose';
import { Database } from '@millrace/service-kit/mongo';
import { overAllOrganisations } from '../persistence/tenant-scope.schema.js';
import { notedWrite } from '../persistence/noted-writes.js';
import { workflowSchema, type TRIGGER_FIELDS, type WorkflowRecord } from './workflow.schema.js';

/** Workflows that are looked at for what uses secrets. */
const MOST_USES = 5_000;

/** What an update may change of a workflow. */
export type WorkflowChanges = Partial<
  Pick<
    WorkflowRecord,
    | 'name'
    | 'description'
    | 'status'
    | 'status_since'
    | 'version'
    | (typeof TRIGGER_FIELDS)[number]
    | 'secrets'
    | 'is_tool'
    | 'tags'
    | 'trigger_types'
    | 'terms'
    | 'name_key'
    | 'listed_version'
    | 'deleted_at'
    | 'untold'
  >
>;

/** The state of a workflow, for upkeep over all organisations. */
export type WorkflowKey = Pick<WorkflowRecord, '_id' | 'organisation_id'>;

/** Collection `workflows`. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class WorkflowsRepository {
  readonly model: Model<WorkflowRecord>;

  constructor(private readonly database: Database) {
    this.model = database.connection.model<WorkflowRecord>('Workflow', workflowSchema);
  }

  /** Stores a new workflow. */
  async insert(record: WorkflowRecord): Promise<void> {
    await this.database.run(() => this.model.insertMany([record]));
  }

  /** A live workflow of the organisation, or null. */
  find(organisationId: string, workflowId: string): Promise<WorkflowRecord | null> {
    const filter = { _id: workflowId, organisation_id: organisationId, deleted_at: null };
    return this.database.run(() => this.model.findOne(filter).lean<WorkflowRecord>().exec());
  }

  /** As {@link find}, deleted workflows included: what the snapshots are made from. */
  findWithDeleted(organisationId: string, workflowId: string): Promise<WorkflowRecord | null> {
    const filter = { _id: workflowId, organisation_id: organisationId };
    return this.database.run(() => this.model.findOne(filter).lean<WorkflowRecord>().exec());
  }

  /** Ids and names of the organisation's newest live workflows. */
  newest(organisationId: string, limit: number): Promise<Pick<WorkflowRecord, '_id' | 'name'>[]> {
    const filter = { organisation_id: organisationId, deleted_at: null };
    return this.database.run(() =>
      this.model
        .find(filter)
        .sort({ _id: -1 })
        .limit(limit)
        .select({ name: 1 })
        .lean<Pick<WorkflowRecord, '_id' | 'name'>[]>()
        .exec(),
    );
  }

  /** The live workflows that read any of these secrets, by its name, at most {@link LIMITS.pageSize} for each and 5,000 in all. */
  async usesOfSecrets(
    organisationId: string,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, { id: string; name: string }[]>> {
    const uses = new Map<string, { id: string; name: string }[]>(names.map((name) => [name, []]));
    if (names.length === 0) return uses;
    const filter = { organisation_id: organisationId, deleted_at: null, secrets: { $in: [...names] } };
    const found = await this.database.run(() =>
      this.model
        .find(filter)
        .select({ name: 1, secrets: 1 })
        .limit(MOST_USES)
        .lean<Pick<WorkflowRecord, '_id' | 'name' | 'secrets'>[]>()
        .exec(),
    );
    for (const { _id: id, name, secrets = [] } of found) {
      for (const secret of secrets) {
        const users = uses.get(secret);
        if (users !== undefined && users.length < LIMITS.pageSize) users.push({ id, name });
      }
    }
    return uses;
  }

  /** Whether the organisation has at least so many live workflows. Looks at no more of the index than that. */
  async hasAtLeast(organisationId: string, count: number): Promise<boolean> {
    const filter = { organisation_id: organisationId, deleted_at: null };
    return (await this.database.run(() => this.model.countDocuments(filter).limit(count).exec())) >= count;
  }

  /** How many schedules the organisation's live workflows have, without one of them. */
  async countSchedules(organisationId: string, exceptWorkflowId: string): Promise<number> {
    const filter = {
      organisation_id: organisationId,
      deleted_at: null,
      _id: { $ne: exceptWorkflowId },
      'schedules.0': { $exists: true },
    };
    const found = await this.database.run(() =>
      this.model.find(filter).select({ 'schedules.since': 1 }).lean<Pick<WorkflowRecord, 'schedules'>[]>().exec(),
    );
    return found.reduce((sum, { schedules }) => sum + (schedules?.length ?? 0), 0);
  }

  /**
   * Writes changes if nobody has written since `revision` was read, marks the snapshots as due, and returns the workflow as
   * it then is. Returns null, and has changed nothing, when somebody has.
   */
  compareAndSet(
    organisationId: string,
    workflowId: string,
    revision: number,
    changes: WorkflowChanges,
  ): Promise<WorkflowRecord | null> {
    const filter = { _id: workflowId, organisation_id: organisationId, deleted_at: null, revision };
    const written = { ...changes, snapshot_pending: true, updated_at: new Date() };
    const update = { $set: written, $inc: { revision: 1 }, ...notedWrite() };
    return this.database.run(() =>
      this.model.findOneAndUpdate(filter, update, { returnDocument: 'after' }).lean<WorkflowRecord>().exec(),
    );
  }

  /** As {@link compareAndSet} of a deleted workflow, which is then live again. */
  undelete(organisationId: string, workflowId: string, revision: number): Promise<WorkflowRecord | null> {
    const filter = { _id: workflowId, organisation_id: organisationId, deleted_at: { $ne: null }, revision };
    const now = new Date();
    const changes = { deleted_at: null, snapshot_pending: true, updated_at: now, status_since: now };
    return this.database.run(() =>
      this.model
        .findOneAndUpdate(filter, { $set: changes, $inc: { revision: 1 } }, { returnDocument: 'after' })
        .lean<WorkflowRecord>()
        .exec(),
    );
  }

  /** Those of the ids that are live workflows of the organisation. */
  async existing(organisationId: string, workflowIds: readonly string[]): Promise<string[]> {
    if (workflowIds.length === 0) return [];
    const filter = { _id: { $in: [...workflowIds] }, organisation_id: organisationId, deleted_at: null };
    const found = await this.database.run(() =>
      this.model.find(filter).select({ _id: 1 }).lean<Pick<WorkflowRecord, '_id'>[]>().exec(),
    );
    return found.map(({ _id }) => _id);
  }

  /** Ids of the live workflows that models may use as tools. */
  async tools(organisationId: string): Promise<string[]> {
    const filter = { organisation_id: organisationId, is_tool: true, deleted_at: null };
    const found = await this.database.run(() =>
      this.model.find(filter).select({ _id: 1 }).lean<Pick<WorkflowRecord, '_id'>[]>().exec(),
    );
    return found.map(({ _id }) => _id);
  }

  /** Deletes all workflows of the organisation; their snapshots are then due. */
  async deleteAll(organisationId: string): Promise<void> {
    const now = new Date();
    const update = { $set: { deleted_at: now, updated_at: now, snapshot_pending: true }, $inc: { revision: 1 } };
    const filter = { organisation_id: organisationId, deleted_at: null };
    await this.database.run(() => this.model.updateMany(filter, update).exec());
  }

  /** Makes every write that was prepared at `revision` fail, and changes nothing else. Returns false when somebody has written since. */
  async fence(organisationId: string, workflowId: string, revision: number): Promise<boolean> {
    const filter = { _id: workflowId, organisation_id: organisationId, deleted_at: null, revision };
    const result = await this.database.run(() => this.model.updateOne(filter, { $inc: { revision: 1 } }).exec());
    return result.matchedCount === 1;
  }

  /**
   * Marks the snapshots of `revision` as published, and its events as announced if they are. Returns false when the workflow has been written
   * since: then they are out of date.
   */
  markPublished(organisationId: string, workflowId: string, revision: number, isTold: boolean): Promise<boolean> {
    const told = isTold ? { $unset: { untold: 1 as const } } : {};
    return this.#updateAt(organisationId, workflowId, revision, { $set: { snapshot_pending: false }, ...told });
  }

  /** Marks the events of `revision` as announced. Returns false when the workflow has been written since. */
  markTold(organisationId: string, workflowId: string, revision: number): Promise<boolean> {
    return this.#updateAt(organisationId, workflowId, revision, { $unset: { untold: 1 } });
  }

  async #updateAt(
    organisationId: string,
    workflowId: string,
    revision: number,
    update: UpdateQuery<WorkflowRecord>,
  ): Promise<boolean> {
    const filter = { _id: workflowId, organisation_id: organisationId, revision };
    return (await this.database.run(() => this.model.updateOne(filter, update).exec())).matchedCount === 1;
  }

  /** Workflows of which something from before `before` is untold, of all organisations. */
  findUntold(before: Date, limit: number): Promise<WorkflowKey[]> {
    return this.database.run(() =>
      overAllOrganisations(this.model.find({ 'untold.at': { $lt: before } }))
        .select({ _id: 1, organisation_id: 1 })
        .limit(limit)
        .lean<WorkflowKey[]>()
        .exec(),
    );
  }

  /** Workflows whose snapshots are due since before `before`, of all organisations. */
  findUnpublished(before: Date, limit: number): Promise<WorkflowKey[]> {
    return this.database.run(() =>
      overAllOrganisations(this.model.find({ snapshot_pending: true, updated_at: { $lt: before } }))
        .select({ _id: 1, organisation_id: 1 })
        .limit(limit)
        .lean<WorkflowKey[]>()
        .exec(),
    );
  }

  /** Deletes what is left of a workflow that was deleted. */
  async forget(organisationId: string, workflowId: string): Promise<void> {
    const filter = { _id: workflowId, organisation_id: organisationId, deleted_at: { $ne: null } };
    await this.database.run(() => this.model.deleteOne(filter).exec());
  }

  /** All workflows of all organisations, deleted ones included, in pages by id; `after` is the last id of the page before, or ''. */
  walk(after: string, limit: number): Promise<WorkflowRecord[]> {
    return this.database.run(() =>
      overAllOrganisations(this.model.find({ _id: { $gt: after } }))
        .sort({ _id: 1 })
        .limit(limit)
        .lean<WorkflowRecord[]>()
        .exec(),
    );
  }
}
