import { firstIdAt, idTime } from '@millrace/contracts';

/** A range of execution ids; an open end is left out. */
export interface IdRange {
  readonly $gte?: string;
  readonly $lt?: string;
}

/** Returns at most `limit` rows of a range, newest first. With `limited` it throws RangeTooSlowError instead of taking long. */
export type RangeReader<Row> = (range: IdRange, limit: number, limited: boolean) => Promise<Row[]>;

/** Thrown by a {@link RangeReader} that may not take longer. */
export class RangeTooSlowError extends Error {
  constructor() {
    super('The range holds too many matches to be sorted in time');
    this.name = 'RangeTooSlowError';
  }
}

const MINUTE = 60_000;
const FIRST_SPAN = 10 * MINUTE;
const GROWTH = 6;
const SHRINK = 16;
/** A range this short is read to its end however long it takes. */
const SHORTEST_SPAN = 1_000;
/** Beyond this, everything older is one range. */
const LONGEST_SPAN = 90 * 24 * 60 * MINUTE;

/**
 * Reads a page by ranges of time-ordered ids, backwards: short ranges first and then longer ones, so that little more
 * than a page is read and sorted; shorter ones again where matches turn out to be many. For matches that are rare.
 * `after` is the smallest id that counts; null for all.
 */
export async function pageByWindows<Row>(
  from: { readonly before: string | null; readonly after?: string | null; readonly now: number },
  limit: number,
  read: RangeReader<Row>,
): Promise<Row[]> {
  const rows: Row[] = [];
  const { after = null } = from;
  let end: string | null = from.before;
  let time = (from.before === null ? null : idTime(from.before)) ?? from.now;
  for (let span = FIRST_SPAN; ;) {
    const window = span > LONGEST_SPAN ? null : firstIdAt('execution', time - span);
    const isLast = window === null || (after !== null && window <= after);
    const floor = isLast ? after : window;
    const range = { ...(floor === null ? {} : { $gte: floor }), ...(end === null ? {} : { $lt: end }) };
    try {
      rows.push(...(await read(range, limit - rows.length, span > SHORTEST_SPAN)));
    } catch (error) {
      if (!(error instanceof RangeTooSlowError)) throw error;
      span = Math.max(SHORTEST_SPAN, Math.min(span, LONGEST_SPAN) / SHRINK);
      continue;
    }
    if (rows.length >= limit || isLast) return rows;
    end = floor;
    time -= span;
    span *= GROWTH;
  }
}
