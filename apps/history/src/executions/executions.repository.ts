import { Injectable } from '@nestjs/common';
import { ERRORS, OPEN_STATUSES } from '@millrace/contracts';
import { Database } from '@millrace/service-kit/mongo';
import { failureOfCode, failureOfCommand } from '@millrace/service-kit/mongo-failures';
import mongoose, { type Collection, type Model, type mongo } from 'mongoose';
import {
  EXECUTIONS,
  executionSchema,
  STEP_RUNS,
  stepRunSchema,
  type ExecutionDocument,
  type StepRunDocument,
} from './execution.schema.js';
import type { EndChange, WaitChange } from './stored-execution.js';

/** What a part of an entry is taken for whose size is not noted. */
const UNKNOWN_PART_BYTES = 64 * 1024;

/** The error of an execution whose end is lost. */
const END_IS_LOST = 'HISTORY_INCOMPLETE';
const IS_OPEN: mongo.Filter<ExecutionDocument> = { status: { $in: [...OPEN_STATUSES] } };
const NOT_ENDED: mongo.Filter<ExecutionDocument> = { $or: [IS_OPEN, { error_code: END_IS_LOST }] };

/** What lists show: a record without its events. */
export type ExecutionRow = Omit<ExecutionDocument, 'events'>;

/** Positions, in the documents given, of those that were not written. */
export interface InsertOutcome {
  /** Stored before. */
  readonly duplicates: readonly number[];
  /** The server (or the driver, before sending) refused just these; the others are written. */
  readonly refused: readonly { readonly index: number; readonly reason: string }[];
}

/**
 * All access to `executions` and `step_runs`, but for lists (`execution-lists.repository.ts`). Uses the driver's collections below mongoose's models: its casting would cost
 * more than the writes. Every write may be repeated and reordered. Every method throws what the driver throws when the server is away or can't write.
 */
@Injectable()
export class ExecutionsRepository {
  readonly #executions: Collection<ExecutionDocument>;
  readonly #stepRuns: Collection<StepRunDocument>;
  readonly #models: readonly Pick<Model<unknown>, 'createIndexes'>[];

  constructor(private readonly database: Database) {
    const { connection } = database;
    this.#executions = connection.collection(EXECUTIONS);
    this.#stepRuns = connection.collection(STEP_RUNS);
    this.#models = [connection.model('Execution', executionSchema), connection.model('StepRun', stepRunSchema)];
  }

  /** False while there is no connection: a reader need not wait for the time-out to know. */
  get reachable(): boolean {
    return this.database.reachable;
  }

  /** Creates the collections and the indexes that the schemas declare, where they are missing. */
  async createIndexes(): Promise<void> {
    for (const model of this.#models) await model.createIndexes();
  }

  /** Writes new records. */
  async insert(records: readonly ExecutionDocument[]): Promise<InsertOutcome> {
    return insertUnordered(this.#executions, records);
  }

  /** Writes entries of executions; those that are stored already are left as they are. */
  async insertStepRuns(stepRuns: readonly StepRunDocument[]): Promise<InsertOutcome> {
    return insertUnordered(this.#stepRuns, stepRuns);
  }

  /** Records a last time for running executions that are older than the change: repeating it, or applying it late, changes nothing. */
  async end(changes: ReadonlyMap<string, EndChange>): Promise<void> {
    if (changes.size === 0) return;
    await this.#executions.bulkWrite(
      [...changes].map(([id, change]) => ({
        updateOne: { filter: { _id: id, seq: { $lt: change.seq }, ...NOT_ENDED }, update: { $set: change } },
      })),
      { ordered: false },
    );
  }

  /** Notes whether executions wait, in the same way. */
  async noteWaits(changes: ReadonlyMap<string, WaitChange>): Promise<void> {
    if (changes.size === 0) return;
    await this.#executions.bulkWrite(
      [...changes].map(([id, change]) => ({
        updateOne: { filter: { _id: id, seq: { $lt: change.seq }, ...IS_OPEN }, update: { $set: change } },
      })),
      { ordered: false },
    );
  }

  /** Notes that an entry of an execution is lost. False when there is no such record. */
  async markMissing(id: string, sequence: number): Promise<boolean> {
    const { matchedCount } = await this.#executions.updateOne({ _id: id }, { $addToSet: { missing: sequence } });
    return matchedCount > 0;
  }

  /** Those of these executions of which entries are lost. */
  async withMissing(ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const found = await this.#executions
      .find({ _id: { $in: [...ids] }, missing: { $exists: true } }, { projection: { _id: 1 } })
      .toArray();
    return new Set(found.map(({ _id }) => _id));
  }

  /** Ends the record of an execution whose end is lost; an end that comes after all takes its place. */
  async presumeFailed(id: string, at: Date): Promise<void> {
    const { message } = ERRORS[END_IS_LOST];
    const change = { status: 'failed' as const, completed_at: at, error_code: END_IS_LOST, error_message: message };
    await this.#executions.updateOne({ _id: id, ...IS_OPEN }, { $set: change });
  }

  /** Notes that the events inside these records are not all there are up to the last of them. */
  async openInline(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#executions.updateMany({ _id: { $in: [...ids] } }, { $set: { inline_seq: 0 } });
  }

  /** The records of these executions without their events, by id. */
  async rows(ids: readonly string[]): Promise<Map<string, ExecutionRow>> {
    if (ids.length === 0) return new Map();
    const found = await this.#executions
      .find<ExecutionRow>({ _id: { $in: [...ids] } }, { projection: { events: 0 } })
      .toArray();
    return new Map(found.map((row) => [row._id, row]));
  }

  /** An organisation's execution, or null. */
  async find(org: string, id: string): Promise<ExecutionDocument | null> {
    return this.#executions.findOne({ _id: id, org }, { promoteBuffers: true });
  }

  /** The ids of the parts of an execution's entries from a sequence on that are not in its record, in journal order, by entry. */
  async findEntryParts(executionId: string, from: number): Promise<{ seq: number; bytes: number; ids: string[] }[]> {
    const seq = { $gte: from };
    const found = await this.#stepRuns
      .find({ _id: entriesOf(executionId), seq }, { projection: { seq: 1, part: 1, parts: 1, bytes: 1 } })
      .toArray();
    const bySequence = new Map<number, StepRunDocument[]>();
    for (const part of found) bySequence.set(part.seq, [...(bySequence.get(part.seq) ?? []), part]);
    return [...bySequence]
      .sort(([a], [b]) => a - b)
      .map(([sequence, parts]) => ({
        seq: sequence,
        // Earlier versions did not note it.
        bytes: parts.reduce((sum, part) => sum + (part.bytes ?? UNKNOWN_PART_BYTES), 0),
        ids: parts.map((part) => part._id),
      }));
  }

  /** These parts of entries, in no order. */
  async findStepRuns(ids: readonly string[]): Promise<StepRunDocument[]> {
    return this.#stepRuns.find({ _id: { $in: [...ids] } }, { promoteBuffers: true }).toArray();
  }

  /** Deletes records and their entries. */
  async delete(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    // The entries first: without a record nobody would find them again.
    await this.#stepRuns.bulkWrite(
      ids.map((id) => ({ deleteMany: { filter: { _id: entriesOf(id) } } })),
      { ordered: false },
    );
    await this.#executions.deleteMany({ _id: { $in: [...ids] } });
  }
}

/** The ids of an execution's entries. */
function entriesOf(executionId: string): { $gte: string; $lt: string } {
  // ';' is the character after ':'.
  return { $gte: `${executionId}:`, $lt: `${executionId};` };
}

async function insertUnordered<T extends { _id: string }>(
  collection: Collection<T>,
  documents: readonly T[],
): Promise<InsertOutcome> {
  if (documents.length === 0) return { duplicates: [], refused: [] };
  try {
    // The driver's type allows for documents without an id; ours always have one.
    await collection.insertMany(documents as readonly mongoose.mongo.OptionalUnlessRequiredId<T>[], { ordered: false });
    return { duplicates: [], refused: [] };
  } catch (error) {
    return outcomeOf(error, documents.length);
  }
}

/** Throws what the database is to blame for: then nothing is known that would allow to give a document up. */
function outcomeOf(error: unknown, count: number): InsertOutcome {
  if (!(error instanceof mongoose.mongo.MongoBulkWriteError)) {
    if (failureOfCommand(error) !== 'document') throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return { duplicates: [], refused: Array.from({ length: count }, (_, index) => ({ index, reason })) };
  }
  const duplicates: number[] = [];
  const refused: { index: number; reason: string }[] = [];
  const failures = [error.writeErrors].flat();
  // Without failures of single documents it was the connection or the write concern, and nothing is known about any of them.
  if (failures.length === 0) throw error;
  for (const { code, index, errmsg } of failures) {
    const failure = failureOfCode(code);
    if (failure === 'database') throw error;
    if (failure === 'duplicate') duplicates.push(index);
    else refused.push({ index, reason: `${code}: ${errmsg ?? 'no reason given'}` });
  }
  return { duplicates, refused };
}
