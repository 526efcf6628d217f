import type { ExecutionStatus } from '@millrace/contracts';
import mongoose, { type Connection, type Model } from 'mongoose';
import { executionSchema, stepRunSchema, type ExecutionDocument, type StepRunDocument } from './execution.schema.js';
import { pageThroughTime } from './id-windows.js';
import type { EndChange } from './stored-execution.js';

const DUPLICATE_KEY = 11_000;

/** What lists show: a record without its events. */
export type ExecutionRow = Omit<ExecutionDocument, 'events'>;

/** Positions, in the documents given, of those that were not written. */
export interface InsertOutcome {
  /** Stored before. */
  readonly duplicates: readonly number[];
  /** The server (or the driver, before sending) refused just these; the others are written. */
  readonly refused: readonly { readonly index: number; readonly reason: string }[];
}

/** Which executions a list asks for; `before` is the id the page starts after. */
export interface ListFilter {
  readonly org: string;
  readonly wf?: string | undefined;
  readonly status?: Exclude<ExecutionStatus, 'waiting'> | undefined;
  readonly before?: string | undefined;
}

/**
 * All access to `executions` and `step_runs`. Uses the driver's collections below mongoose's models: its casting would cost
 * more than the writes. Every write may be repeated and reordered. Every method throws what the driver throws when the server is away.
 */
export class ExecutionsRepository {
  private readonly executions: Model<ExecutionDocument>;
  private readonly stepRuns: Model<StepRunDocument>;

  constructor(private readonly connection: Connection) {
    this.executions = connection.model('Execution', executionSchema);
    this.stepRuns = connection.model('StepRun', stepRunSchema);
  }

  /** False while there is no connection: a reader need not wait for the time-out to know. */
  get reachable(): boolean {
    return this.connection.readyState === mongoose.ConnectionStates.connected;
  }

  /** Creates the collections and the indexes that the schemas declare, where they are missing. */
  async createIndexes(): Promise<void> {
    await this.executions.createIndexes();
  }

  /** Writes new records. */
  async insert(records: readonly ExecutionDocument[]): Promise<InsertOutcome> {
    return insertUnordered(this.executions, records);
  }

  /** Writes entries of executions; those that are stored already are left as they are. */
  async insertStepRuns(stepRuns: readonly StepRunDocument[]): Promise<InsertOutcome> {
    return insertUnordered(this.stepRuns, stepRuns);
  }

  /** Records a last time for running executions that are older than the change: repeating it, or applying it late, changes nothing. */
  async end(changes: ReadonlyMap<string, EndChange>): Promise<void> {
    if (changes.size === 0) return;
    await this.executions.collection.bulkWrite(
      [...changes].map(([id, change]) => ({
        updateOne: { filter: { _id: id, status: 'running', seq: { $lt: change.seq } }, update: { $set: change } },
      })),
      { ordered: false },
    );
  }

  /** The records of these executions without their events, by id. */
  async rows(ids: readonly string[]): Promise<Map<string, ExecutionRow>> {
    if (ids.length === 0) return new Map();
    const found = await this.executions.collection.find<ExecutionRow>({ _id: { $in: [...ids] } }, { projection: { events: 0 } }).toArray();
    return new Map(found.map((row) => [row._id, row]));
  }

  /** An organisation's execution, or null. */
  async find(org: string, id: string): Promise<ExecutionDocument | null> {
    return this.executions.collection.findOne<ExecutionDocument>({ _id: id, org }, { promoteBuffers: true });
  }

  /** The entries of an execution that are not in its record, in no order. */
  async findStepRuns(executionId: string): Promise<StepRunDocument[]> {
    // ';' is the character after ':'.
    return this.stepRuns.collection
      .find<StepRunDocument>({ _id: { $gte: `${executionId}:`, $lt: `${executionId};` } }, { promoteBuffers: true })
      .toArray();
  }

  /** At most `limit` rows, newest first. */
  async list(filter: ListFilter, limit: number): Promise<ExecutionRow[]> {
    const equal = { org: filter.org, ...(filter.wf ? { wf: filter.wf } : {}), ...(filter.status ? { status: filter.status } : {}) };
    return pageThroughTime({ before: filter.before ?? null, limit, now: Date.now() }, (range, wanted) =>
      this.executions.collection
        .find<ExecutionRow>({ ...equal, ...(range ? { _id: range } : {}) }, { projection: { events: 0 }, sort: { _id: -1 }, limit: wanted })
        .toArray(),
    );
  }
}

async function insertUnordered<T extends { _id: string }>(model: Model<T>, documents: readonly T[]): Promise<InsertOutcome> {
  if (documents.length === 0) return { duplicates: [], refused: [] };
  try {
    // The driver types its documents as records; ours are interfaces.
    await model.collection.insertMany(documents as unknown as mongoose.mongo.OptionalId<mongoose.mongo.Document>[], { ordered: false });
    return { duplicates: [], refused: [] };
  } catch (error) {
    return outcomeOf(error, documents.length);
  }
}

function outcomeOf(error: unknown, count: number): InsertOutcome {
  if (error instanceof mongoose.mongo.MongoBulkWriteError) {
    const failures = [error.writeErrors].flat();
    // Without failures of single documents it was the connection that failed, and nothing is known about any of them.
    if (failures.length === 0) throw error;
    return {
      duplicates: failures.filter((failure) => failure.code === DUPLICATE_KEY).map((failure) => failure.index),
      refused: failures
        .filter((failure) => failure.code !== DUPLICATE_KEY)
        .map((failure) => ({ index: failure.index, reason: `${failure.code}: ${failure.errmsg ?? 'no reason given'}` })),
    };
  }
  if (error instanceof mongoose.mongo.MongoServerError && !error.hasErrorLabel('RetryableWriteError')) {
    return { duplicates: [], refused: Array.from({ length: count }, (_, index) => ({ index, reason: error.message })) };
  }
  throw error;
}
