import { AppError, LIMITS, type StatsBucket } from '@millrace/contracts';

const HOUR_MS = 60 * 60_000;
const WIDTHS: Readonly<Record<StatsBucket, number>> = { hour: HOUR_MS, day: 24 * HOUR_MS };
/** Buckets before `to` when no beginning is asked for. */
const DEFAULT_BUCKETS: Readonly<Record<StatsBucket, number>> = { hour: 24, day: 30 };

/** Whole buckets, one after the other. Milliseconds since the epoch. */
export interface StatsRange {
  readonly from: number;
  /** The first moment that does not belong to it. */
  readonly to: number;
  readonly width: number;
  readonly buckets: number;
}

/** What is asked for. Times are ISO texts. */
export interface RangeQuestion {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly bucket: StatsBucket;
  readonly by_workflow?: boolean | undefined;
}

/** The buckets that a question is about. Throws INVALID_INPUT when there are none, or too many. */
export function rangeOf({ from, to, bucket, by_workflow = false }: RangeQuestion, now: number): StatsRange {
  const width = WIDTHS[bucket];
  const end = Math.ceil((to === undefined ? now : Date.parse(to)) / width) * width;
  const begin =
    from === undefined ? end - DEFAULT_BUCKETS[bucket] * width : Math.floor(Date.parse(from) / width) * width;
  const buckets = Math.round((end - begin) / width);
  const most = by_workflow ? LIMITS.statsBucketsByWorkflow : LIMITS.statsBuckets;
  // Also where a time is none.
  if (!(buckets >= 1)) throw invalidRange('from must be before to');
  if (buckets > most)
    throw invalidRange(
      `from is ${buckets} buckets of one ${bucket} before to; at most ${most} are given at once: choose a shorter range${bucket === 'hour' ? ', or bucket=day' : ''}`,
    );
  return { from: begin, to: end, width, buckets };
}

/** INVALID_INPUT about the range of a question. */
export function invalidRange(message: string): AppError {
  return new AppError('INVALID_INPUT', {
    message: 'The query parameters are not valid',
    details: { issues: [{ path: 'from', message }] },
  });
}
