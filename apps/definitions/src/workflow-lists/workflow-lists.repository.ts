import { Injectable } from '@nestjs/common';
import { LIMITS, type WorkflowOrder } from '@millrace/contracts';
import type { WorkflowStatus } from '@millrace/schema';
import { Database } from '@millrace/service-kit/mongo';
import type { QueryFilter, SortOrder } from 'mongoose';
import { TRIGGER_FIELDS, type WorkflowRecord } from '../workflows/workflow.schema.js';
import { WorkflowsRepository } from '../workflows/workflows.repository.js';
import { tagTerm, triggerTerm, wordsOf, type ListFields } from './list-fields.js';

/** Deleted workflows that are counted and shown. Of live ones an organisation has a limited number; these are bounded by this alone. */
const MOST_DELETED = 10_000;

/** What no list shows. The headers that a workflow's addresses require may be long, and inputs of schedules. */
const UNLISTED = [...TRIGGER_FIELDS, 'terms', 'secrets'] as const;

/** A workflow as lists need it. */
export type ListedWorkflow = Omit<WorkflowRecord, (typeof UNLISTED)[number]>;

/** Which workflows, in which order; all of it must hold. */
export interface WorkflowFilter {
  readonly status?: WorkflowStatus | undefined;
  readonly q?: string | undefined;
  readonly tag?: string | undefined;
  readonly trigger_type?: string | undefined;
  /** Those that were deleted since then, instead of the live ones. */
  readonly deletedSince?: Date | undefined;
  readonly sort: WorkflowOrder;
}

/** When a workflow last ran. */
export interface WorkflowRun {
  readonly organisation_id: string;
  readonly workflow_id: string;
  readonly accepted_at: Date;
}

const ORDERS: Readonly<Record<WorkflowOrder, Readonly<Record<string, SortOrder>>>> = {
  created_at: { _id: -1 },
  updated_at: { updated_at: -1, _id: -1 },
  deleted_at: { deleted_at: -1, _id: -1 },
  last_run: { last_run_at: -1, _id: -1 },
  name: { name_key: 1, _id: 1 },
};

/** Lists of collection `workflows`, and the fields that only lists need. Every method throws SERVICE_UNAVAILABLE while the database is away. */
@Injectable()
export class WorkflowListsRepository {
  constructor(
    private readonly database: Database,
    private readonly workflows: WorkflowsRepository,
  ) {}

  /** One page, without what no list shows, and how many there are on all pages. */
  async page(
    organisationId: string,
    wanted: WorkflowFilter,
    { page, perPage }: { readonly page: number; readonly perPage: number },
  ): Promise<{ records: ListedWorkflow[]; total: number }> {
    const filter = filterOf(organisationId, wanted);
    const { model } = this.workflows;
    const counted = model.countDocuments(filter);
    const [records, total] = await Promise.all([
      this.database.run(() =>
        model
          .find(filter)
          .select(Object.fromEntries(UNLISTED.map((field) => [field, 0])))
          .sort(ORDERS[wanted.sort])
          .skip((page - 1) * perPage)
          .limit(perPage)
          .lean<ListedWorkflow[]>()
          .exec(),
      ),
      this.database.run(() => (wanted.deletedSince ? counted.limit(MOST_DELETED) : counted).exec()),
    ]);
    return { records, total };
  }

  /** Sets the fields of a workflow that is still at the version that they are of. */
  async setFields(organisationId: string, workflowId: string, fields: ListFields): Promise<void> {
    const filter = { _id: workflowId, organisation_id: organisationId, version: fields.listed_version };
    await this.database.run(() => this.workflows.model.updateOne(filter, { $set: fields }).exec());
  }

  /** Notes when workflows last ran; an earlier time than the one that is noted changes nothing. */
  async recordRuns(runs: readonly WorkflowRun[]): Promise<void> {
    const writes = runs.map(({ organisation_id, workflow_id, accepted_at }) => ({
      updateOne: { filter: { _id: workflow_id, organisation_id }, update: { $max: { last_run_at: accepted_at } } },
    }));
    if (writes.length > 0) await this.database.run(() => this.workflows.model.bulkWrite(writes, { ordered: false }));
  }
}

function filterOf(
  organisationId: string,
  { status, q, tag, trigger_type, deletedSince }: WorkflowFilter,
): QueryFilter<WorkflowRecord> {
  const exactly = [
    ...(tag === undefined ? [] : [tagTerm(tag)]),
    ...(trigger_type === undefined ? [] : [triggerTerm(trigger_type)]),
  ];
  const words = q === undefined ? [] : wordsOf(q, LIMITS.searchWords);
  const conditions = [
    ...exactly.map((term) => ({ terms: term })),
    // A word is of letters and digits alone, so this is its beginning and a range of the index. (FerretDB has no `$elemMatch` of texts.)
    ...words.map((word) => ({ terms: { $regex: `^${word}` } })),
    // A search without a letter or digit finds nothing, rather than everything.
    ...(q !== undefined && words.length === 0 ? [{ terms: '' }] : []),
  ];
  return {
    organisation_id: organisationId,
    deleted_at: deletedSince === undefined ? null : { $gte: deletedSince },
    ...(status === undefined ? {} : { status }),
    ...(conditions.length === 0 ? {} : { $and: conditions }),
  };
}
