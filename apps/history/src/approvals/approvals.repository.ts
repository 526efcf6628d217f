import { Injectable } from '@nestjs/common';
import type { ApprovalStatus } from '@millrace/contracts';
import { Database } from '@millrace/service-kit/mongo';
import type { Collection, Model, mongo } from 'mongoose';
import {
  APPROVAL_LINKS,
  APPROVALS,
  approvalLinkSchema,
  approvalSchema,
  type ApprovalDocument,
  type ApprovalLinkDocument,
} from './approval.schema.js';

/** What events change in the record of an approval; `insert` only where there is none yet. */
export interface ApprovalChange {
  readonly id: string;
  readonly set: Readonly<Record<string, unknown>>;
  readonly insert: Readonly<Record<string, unknown>>;
}

/** Which approvals of an organisation a list is about. */
export interface ApprovalFilter {
  readonly org: string;
  readonly status?: ApprovalStatus | undefined;
  readonly wf?: string | undefined;
  readonly exec?: string | undefined;
}

/** The place of an approval in its execution, and whether it is open. */
export type OpenApproval = Pick<ApprovalDocument, '_id' | 'exec' | 'path' | 'requested_at'>;

/** All access to `approvals` and `approval_links`. Every write may be repeated and reordered. Every method throws what the driver throws. */
@Injectable()
export class ApprovalsRepository {
  readonly #approvals: Collection<ApprovalDocument>;
  readonly #links: Collection<ApprovalLinkDocument>;
  readonly #models: readonly Pick<Model<unknown>, 'createIndexes'>[];

  constructor({ connection }: Database) {
    this.#approvals = connection.collection(APPROVALS);
    this.#links = connection.collection(APPROVAL_LINKS);
    this.#models = [connection.model('Approval', approvalSchema), connection.model('ApprovalLink', approvalLinkSchema)];
  }

  /** Creates the collections and the indexes that the schemas declare, where they are missing. */
  async createIndexes(): Promise<void> {
    for (const model of this.#models) await model.createIndexes();
  }

  async change(changes: readonly ApprovalChange[]): Promise<void> {
    if (changes.length === 0) return;
    const operations = changes.map(({ id, set, insert }) => ({
      updateOne: { filter: { _id: id }, update: { $set: set, $setOnInsert: insert }, upsert: true },
    }));
    await this.#approvals.bulkWrite(operations, { ordered: false });
  }

  /** Those of these executions that are open. */
  async open(executionIds: readonly string[]): Promise<OpenApproval[]> {
    if (executionIds.length === 0) return [];
    return this.#approvals
      .find<OpenApproval>(
        { exec: { $in: [...executionIds] }, status: 'pending' },
        { projection: { exec: 1, path: 1, requested_at: 1 } },
      )
      .toArray();
  }

  /** Notes that nobody decides about these any more; an outcome that comes after all takes its place. */
  async cancel(ends: ReadonlyMap<string, Date>): Promise<void> {
    if (ends.size === 0) return;
    await this.#approvals.bulkWrite(
      [...ends].map(([_id, decided_at]) => ({
        updateOne: { filter: { _id, status: 'pending' }, update: { $set: { status: 'cancelled', decided_at } } },
      })),
      { ordered: false },
    );
  }

  /** At most `limit` of them, those that were asked for last first, behind the one with the id `after`. */
  async page(filter: ApprovalFilter, after: string | undefined, limit: number): Promise<ApprovalDocument[]> {
    const { org } = filter;
    const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
    const last = after === undefined ? null : await this.#approvals.findOne({ _id: after, org });
    // Nothing comes behind what is not there, or not any more.
    if (after !== undefined && last?.requested_at === undefined) return [];
    const behind = last === null ? {} : { $or: olderThan(last) };
    return this.#approvals
      .find({ ...given, requested_at: { $exists: true }, ...behind } as mongo.Filter<ApprovalDocument>)
      .sort({ requested_at: -1, _id: -1 })
      .limit(limit)
      .toArray();
  }

  async insertLink(link: ApprovalLinkDocument): Promise<void> {
    await this.#links.insertOne(link);
  }

  async deleteLink(_id: string): Promise<void> {
    await this.#links.deleteOne({ _id });
  }

  /** Those in mails, or the others. */
  async countLinks(approval: string, mailed: boolean): Promise<number> {
    return this.#links.countDocuments({ approval, mailed: mailed ? true : { $ne: true } });
  }

  async findLink(_id: string): Promise<ApprovalLinkDocument | null> {
    return this.#links.findOne({ _id });
  }

  /** Deletes what there is of executions that are deleted. */
  async deleteOf(executionIds: readonly string[]): Promise<void> {
    if (executionIds.length === 0) return;
    const ofThem = { exec: { $in: [...executionIds] } };
    const found = await this.#approvals.find(ofThem, { projection: { _id: 1 } }).toArray();
    if (found.length === 0) return;
    // First, or nobody would find them again.
    await this.#links.deleteMany({ approval: { $in: found.map(({ _id }) => _id) } });
    await this.#approvals.deleteMany(ofThem);
  }
}

function olderThan({ _id, requested_at }: ApprovalDocument): object[] {
  return [{ requested_at: { $lt: requested_at } }, { requested_at, _id: { $lt: _id } }];
}
