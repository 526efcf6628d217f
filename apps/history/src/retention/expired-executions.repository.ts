import { OPEN_STATUSES } from '@millrace/contracts';
import { Injectable } from '@nestjs/common';
import { Database } from '@millrace/service-kit/mongo';
import type { Collection, mongo } from 'mongoose';
import { EXECUTIONS, type ExecutionDocument } from '../executions/execution.schema.js';
import type { WorkflowAddress } from './workflow-policies.service.js';

/** By which executions of a workflow are found in the order of their ids. */
const BY_WORKFLOW = { org: 1, wf: 1, _id: -1 } as const;

const NO_TESTS: mongo.Filter<ExecutionDocument> = { test: { $exists: false } };

/** What the filter finds has ended. */
interface Found {
  readonly _id: string;
  readonly completed_at: Date;
}

/** Which finished executions are meant. */
export interface ExpiredBounds {
  /** Ids below this one. */
  readonly before: string;
  /** Those that ended before this. */
  readonly endedBefore: Date;
  /** Whether those that only try something are meant too. */
  readonly tests: boolean;
}

/** An execution that is to be deleted. */
export interface ExpiredExecution {
  readonly id: string;
  readonly completedAt: Date;
}

/** Finds executions that are to be deleted, by their index and without reading more of them than ids and ends. Throws what the driver throws. */
@Injectable()
export class ExpiredExecutionsRepository {
  readonly #executions: Collection<ExecutionDocument>;

  constructor({ connection }: Database) {
    this.#executions = connection.collection(EXECUTIONS);
  }

  /** At most `limit` finished executions of a workflow within the bounds, in no order. */
  async expired(workflow: WorkflowAddress, bounds: ExpiredBounds, limit: number): Promise<ExpiredExecution[]> {
    const filter = {
      ...endedOf(workflow),
      ...(bounds.tests ? {} : NO_TESTS),
      _id: { $lt: bounds.before },
      completed_at: { $lt: bounds.endedBefore },
    };
    const options = { projection: { completed_at: 1 }, hint: BY_WORKFLOW, limit } as const;
    const found = await this.#executions.find<Found>(filter, options).toArray();
    return found.map(({ _id, completed_at }) => ({ id: _id, completedAt: completed_at }));
  }

  /** The id of the oldest of the newest `count` finished executions of a workflow, tests left out; null when there are not more of them. */
  async oldestOfNewest(workflow: WorkflowAddress, count: number): Promise<string | null> {
    const filter = { ...endedOf(workflow), ...NO_TESTS };
    // Counting needs no sort, which FerretDB does of all matches: mostly there is nothing to do.
    if ((await this.#executions.countDocuments(filter, { hint: BY_WORKFLOW, limit: count + 1 })) <= count) return null;
    const options = {
      projection: { _id: 1 },
      sort: { _id: -1 },
      hint: BY_WORKFLOW,
      skip: count - 1,
      limit: 1,
    } as const;
    const [found] = await this.#executions.find(filter, options).toArray();
    return found?._id ?? null;
  }

  /** Whether there is a record with an id below this one. */
  async isOlder(id: string): Promise<boolean> {
    const found = await this.#executions.find({ _id: { $lt: id } }, { projection: { _id: 1 }, limit: 1 }).toArray();
    return found.length > 0;
  }
}

function endedOf({ organisationId, workflowId }: WorkflowAddress): mongo.Filter<ExecutionDocument> {
  return { org: organisationId, wf: workflowId, status: { $nin: [...OPEN_STATUSES] } };
}
