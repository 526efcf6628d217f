import { Injectable } from '@nestjs/common';
import type { ExecutionEnd } from '@millrace/contracts';
import { Database } from '@millrace/service-kit/mongo';
import { isDuplicateKey } from '@millrace/service-kit/mongo-failures';
import type { Collection, Model, mongo } from 'mongoose';
import { dayOf, durationKey, endKey } from './stats-keys.js';
import { EXECUTION_STATS, statsSchema, type StatsDocument } from './stats.schema.js';

/** The end of an execution, as it is announced. */
export interface AnnouncedEnd {
  /** Of the announcement. */
  readonly sequence: number;
  readonly organisationId: string;
  readonly workflowId: string;
  readonly end: ExecutionEnd;
  /** When the execution was accepted. Milliseconds since the epoch. */
  readonly acceptedAt: number;
  readonly durationMs: number;
}

/** What is to be added to one document. */
interface Addition {
  readonly scope: Pick<StatsDocument, '_id' | 'org' | 'wf' | 'day'>;
  readonly ends: AnnouncedEnd[];
}

/** Figures without durations. */
export type EndsDocument = Pick<StatsDocument, '_id' | 'wf' | 'day' | 'ends'>;

/**
 * Documents that come in one answer. Each has up to a thousand numbers, or seventy without durations: more of them would take the event loop for so long that
 * others notice.
 */
const LARGE_AT_ONCE = 20;
const SMALL_AT_ONCE = 200;

/** Collection `execution_stats`. Every method throws what the driver throws when the server is away. */
@Injectable()
export class StatsRepository {
  readonly #model: Pick<Model<unknown>, 'createIndexes'>;
  readonly #stats: Collection<StatsDocument>;

  constructor({ connection }: Database) {
    this.#model = connection.model('ExecutionStats', statsSchema);
    this.#stats = connection.collection(EXECUTION_STATS);
  }

  /** Creates the indexes that the schema declares, where they are missing. */
  async createIndexes(): Promise<void> {
    await this.#model.createIndexes();
  }

  /**
   * Adds ends, in the order of their announcements; those that a document has already change nothing in it, so an addition that
   * was cut short is simply made again. False when somebody else has added something meanwhile: then it is to be made again too.
   */
  async add(ends: readonly AnnouncedEnd[], upto: number): Promise<boolean> {
    const additions = additionsOf(ends);
    if (additions.size === 0) return true;
    const stored = await this.#stats
      .find({ _id: { $in: [...additions.keys()] } }, { projection: { upto: 1 } })
      .toArray();
    const before = new Map(stored.map((document) => [document._id, document.upto]));
    const writes = [...additions.values()].flatMap((addition) =>
      writeOf(addition, before.get(addition.scope._id), upto),
    );
    if (writes.length === 0) return true;
    try {
      const { matchedCount, insertedCount } = await this.#stats.bulkWrite(writes, { ordered: false });
      return matchedCount + insertedCount === writes.length;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  /** The documents of workflows or an organisation, of these days, one after the other. */
  ofDays(org: string, scopes: readonly string[], days: readonly string[]): AsyncIterable<StatsDocument> {
    const ids = scopes.flatMap((scope) => days.map((day) => idOf(scope, day)));
    return this.#stats.find({ _id: { $in: ids }, org }, { batchSize: LARGE_AT_ONCE });
  }

  /** How executions of each workflow of the organisation ended, from one day to another, one document after the other; at most `limit`. */
  endsByWorkflow(org: string, first: string, last: string, limit: number): AsyncIterable<EndsDocument> {
    return this.#stats.find<EndsDocument>(
      { org, day: { $gte: first, $lte: last }, wf: { $gt: '' } },
      { projection: { wf: 1, day: 1, ends: 1 }, limit, batchSize: SMALL_AT_ONCE },
    );
  }

  /** Deletes the figures of days before this one; returns of how many. */
  async deleteBefore(day: string): Promise<number> {
    return (await this.#stats.deleteMany({ day: { $lt: day } })).deletedCount;
  }
}

function idOf(scope: string, day: string): string {
  return `${scope}:${day}`;
}

/** Each end counts for its workflow and for its organisation. */
function additionsOf(ends: readonly AnnouncedEnd[]): Map<string, Addition> {
  const additions = new Map<string, Addition>();
  for (const end of ends) {
    const { organisationId: org, workflowId } = end;
    const day = dayOf(end.acceptedAt);
    for (const wf of [workflowId, null]) {
      const _id = idOf(wf ?? org, day);
      const addition = additions.get(_id) ?? { scope: { _id, org, wf, day }, ends: [] };
      addition.ends.push(end);
      additions.set(_id, addition);
    }
  }
  return additions;
}

function writeOf(
  { scope, ends }: Addition,
  before: number | undefined,
  upto: number,
): mongo.AnyBulkWriteOperation<StatsDocument>[] {
  const missing = ends.filter(({ sequence }) => sequence > (before ?? 0));
  if (missing.length === 0) return [];
  const numbers = { ends: numbersOf(missing, false), durations: numbersOf(missing, true) };
  if (before === undefined) return [{ insertOne: { document: { ...scope, upto, ...numbers } } }];
  const $inc = { ...prefixed('ends', numbers.ends), ...prefixed('durations', numbers.durations) };
  return [{ updateOne: { filter: { _id: scope._id, upto: before }, update: { $inc, $set: { upto } } } }];
}

function numbersOf(ends: readonly AnnouncedEnd[], withDuration: boolean): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const { end, acceptedAt, durationMs } of ends) {
    const hour = new Date(acceptedAt).getUTCHours();
    const key = withDuration ? durationKey(end, hour, durationMs) : endKey(end, hour);
    numbers[key] = (numbers[key] ?? 0) + 1;
  }
  return numbers;
}

function prefixed(prefix: string, numbers: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).map(([key, count]) => [`${prefix}.${key}`, count]));
}
