import { Injectable } from '@nestjs/common';
import { Database } from '@millrace/service-kit/mongo';
import mongoose, { type Collection, type Connection } from 'mongoose';
import { less, type ExecutionFilter } from './execution-filter.js';
import { EXECUTIONS, type ExecutionDocument } from './execution.schema.js';
import type { ExecutionRow } from './executions.repository.js';
import { pageByWindows, RangeTooSlowError, type IdRange } from './id-windows.js';

const TIME_LIMIT_EXCEEDED = 50;
/** Of a query with a hint: there is no such index. */
const BAD_VALUE = 2;

/** Longest walk over ids for a page or a count, longest sort of all matches and of those in one window of ids, before another way is taken. */
const ID_WALK_MS = 10;
const COUNT_WALK_MS = 30;
const SORT_MS = 40;
const WINDOW_MS = 100;
/** Longest count in all: who asked gives up after 10 s. */
const COUNT_MS = 8_000;

/** Reads pages of `executions`, and counts them. Every method throws what the driver throws when the server is away. */
@Injectable()
export class ExecutionListsRepository {
  readonly #connection: Connection;
  readonly #executions: Collection<ExecutionDocument>;
  #ferretDb: boolean | undefined;

  constructor({ connection }: Database) {
    this.#connection = connection;
    this.#executions = connection.collection(EXECUTIONS);
  }

  /** At most `limit` rows, newest first, of those with ids below `startingAfter`. */
  page(filter: ExecutionFilter, startingAfter: string | undefined, limit: number): Promise<ExecutionRow[]> {
    return this.#pageOf<ExecutionRow>(filter, startingAfter, limit, { events: 0 });
  }

  /** The same, of which only the ids are read. */
  async ids(filter: ExecutionFilter, startingAfter: string | undefined, limit: number): Promise<string[]> {
    const rows = await this.#pageOf<Pick<ExecutionRow, '_id'>>(filter, startingAfter, limit, { _id: 1 });
    return rows.map(({ _id }) => _id);
  }

  async #pageOf<Row extends Pick<ExecutionRow, '_id'>>(
    filter: ExecutionFilter,
    startingAfter: string | undefined,
    limit: number,
    projection: Readonly<Record<string, 0 | 1>>,
  ): Promise<Row[]> {
    const before = less(filter.before, startingAfter ?? null);
    const page = { projection, sort: { _id: -1 } } as const;
    const newest = (range: IdRange, options: object) =>
      this.#executions.find<Row>({ ...filter.matching, ...within(range) }, { ...page, ...options }).toArray();
    const range = rangeOf(filter.after, before);
    if (!(await this.#sortsWholeSets())) return newest(range, { limit });

    // Where matches are frequent, walking the ids backwards meets a page of them soon. Where it does not, they are rare.
    const walked = await inTime(newest(range, { limit, hint: { _id: 1 }, maxTimeMS: ID_WALK_MS }));
    if (walked) return walked;
    // Mostly so rare that all of them are sorted at once.
    const sorted = await inTime(byIndex(filter, (hint) => newest(range, { limit, ...hint, maxTimeMS: SORT_MS })));
    if (sorted) return sorted;
    return pageByWindows({ before, after: filter.after, now: Date.now() }, limit, async (window, wanted, limited) => {
      const rows = await inTime(newest(window, { limit: wanted, ...(limited ? { maxTimeMS: WINDOW_MS } : {}) }));
      if (!rows) throw new RangeTooSlowError();
      return rows;
    });
  }

  /** What lists show of these executions of an organisation, in no order. */
  async ofIds(org: string, ids: readonly string[]): Promise<ExecutionRow[]> {
    if (ids.length === 0) return [];
    return this.#executions
      .find<ExecutionRow>({ _id: { $in: [...ids] }, org }, { projection: { events: 0 } })
      .toArray();
  }

  /** How many there are, counted up to `most`. */
  async count(filter: ExecutionFilter, most: number): Promise<number> {
    const matching = { ...filter.matching, ...within(rangeOf(filter.after, filter.before)) };
    const counted = (options: object) => this.#executions.countDocuments(matching, { limit: most, ...options });
    // As above: an index would collect all matches, however many, before the first is counted.
    const walked = (await this.#sortsWholeSets())
      ? await inTime(counted({ hint: { _id: 1 }, maxTimeMS: COUNT_WALK_MS }))
      : null;
    return walked ?? byIndex(filter, (hint) => counted({ ...hint, maxTimeMS: COUNT_MS }));
  }

  /**
   * True for FerretDB on DocumentDB, which reads and sorts all matches to answer a page although the index has them in
   * order (1.6 s for 900,000 matches; 3 ms when it walks the ids). MongoDB takes the page from the index.
   */
  async #sortsWholeSets(): Promise<boolean> {
    this.#ferretDb ??= 'ferretdb' in ((await this.#connection.db?.command({ buildInfo: 1 })) ?? {});
    return this.#ferretDb;
  }
}

/** The index of the filter that most likely leaves the fewest: the server's statistics know nothing of rare values. */
function indexFor(matching: ExecutionFilter['matching']): Record<string, 1 | -1> {
  const names = matching['test'] === 1 ? ['test'] : [];
  const field = [
    ...names,
    'parent',
    'label_key',
    'error_code',
    'duration_ms',
    'version',
    'status',
    'trigger_type',
    'wf',
  ].find((name) => name in matching || (name === 'label_key' && '$and' in matching));
  if (field === undefined) return { org: 1, _id: -1 };
  return { org: 1, ...(field === 'version' ? { wf: 1 } : {}), [field]: 1, _id: -1 };
}

/** Asks by the index of the filter, or without a hint as long as it is still being built: after an upgrade that may take long. */
async function byIndex<Result>(
  { matching }: ExecutionFilter,
  query: (hint: { hint?: Record<string, 1 | -1> }) => Promise<Result>,
): Promise<Result> {
  try {
    return await query({ hint: indexFor(matching) });
  } catch (error) {
    if (error instanceof mongoose.mongo.MongoServerError && error.code === BAD_VALUE) return query({});
    throw error;
  }
}

function rangeOf(after: string | null, before: string | null): IdRange {
  return { ...(after === null ? {} : { $gte: after }), ...(before === null ? {} : { $lt: before }) };
}

function within(range: IdRange): { _id?: IdRange } {
  return range.$gte === undefined && range.$lt === undefined ? {} : { _id: range };
}

/** The result of a query, or null when it ran into its time limit. */
async function inTime<Result>(query: Promise<Result>): Promise<Result | null> {
  try {
    return await query;
  } catch (error) {
    if (error instanceof mongoose.mongo.MongoServerError && error.code === TIME_LIMIT_EXCEEDED) return null;
    throw error;
  }
}
