import { Injectable } from '@nestjs/common';
import { Database } from '@millrace/service-kit/mongo';
import type { Collection } from 'mongoose';
import { EXECUTIONS, type ExecutionDocument } from '../executions/execution.schema.js';

/** Ids that are fetched at once. */
const BATCH = 500;

/** Finds executions that have not ended, by their index. Throws what the driver throws. */
@Injectable()
export class OpenExecutionsRepository {
  readonly #executions: Collection<ExecutionDocument>;

  constructor({ connection }: Database) {
    this.#executions = connection.collection(EXECUTIONS);
  }

  /** The ids of an organisation's executions of one status below an id, in no order. */
  async *ids(org: string, status: 'running' | 'waiting', before: string): AsyncGenerator<string> {
    const found = this.#executions
      .find({ org, status, _id: { $lt: before } }, { projection: { _id: 1 }, hint: { org: 1, status: 1, _id: -1 } })
      .batchSize(BATCH);
    for await (const { _id } of found) yield _id;
  }
}
