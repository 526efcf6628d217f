import { setImmediate } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { AppError, derivedId, LIMITS, type JobResult, type RunBackfill } from '@millrace/contracts';
import type { z } from 'zod';
import { CLOCK } from '../engine/clock.js';
import type { Cursor, CursorAddress } from '../engine/cursor.js';
import { Cursors } from '../engine/cursors.js';
import { RunningExecutions } from '../engine/running-executions.js';
import { PASSING } from '../engine/schedule-worker.js';
import { executionIdOf, ScheduleStarter } from '../engine/schedule-starter.js';
import type { ScheduleEntry } from '../engine/schedule-entry.js';
import { ScheduleViews } from './schedule-views.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

/** A part of the past, in milliseconds since the epoch; both ends belong to it. */
interface Range {
  readonly from: number;
  readonly to: number;
}

type Asked = z.output<typeof RunBackfill.question>;

/** Starts executions of nominal times that are over. The job that wants them is kept by `definitions`, which asks again after a failure. */
@Injectable()
export class Backfills {
  constructor(
    @Inject(CLOCK) private readonly now: () => number,
    private readonly views: ScheduleViews,
    private readonly cursors: Cursors,
    private readonly running: RunningExecutions,
    private readonly starter: ScheduleStarter,
  ) {}

  /** The nominal times in a part of the past, as ISO text, oldest first. Throws WORKFLOW_NOT_FOUND, SCHEDULE_NOT_FOUND, INVALID_INPUT, WORKFLOW_PAUSED, WORKFLOW_NOT_ACTIVE. */
  async plan(address: CursorAddress, range: Range): Promise<string[]> {
    const { plan } = await this.views.entryOf(address);
    requirePast(range, this.now());
    // A job would only find out time by time.
    await this.views.requireStartable(address);
    const times: string[] = [];
    for (let next = plan.times.after(range.from - 1); next !== null && next.at <= range.to;) {
      if (times.length === LIMITS.backfillTimes)
        throw invalid('to', `there are more than ${LIMITS.backfillTimes} nominal times between "from" and "to"`);
      times.push(new Date(next.at).toISOString());
      next = plan.times.after(next.at);
      // A time that is years away takes milliseconds to find, and schedules are due in this process.
      await setImmediate();
    }
    return times;
  }

  /** See `RunBackfill`. */
  async run({ organisation_id, workflow_id, index, ...job }: Asked): Promise<JobResult[]> {
    const address = { organisation_id, workflow_id, index };
    const results: JobResult[] = [];
    for (const item of job.times) results.push(await this.#one(address, item, job));
    return results;
  }

  async #one(address: CursorAddress, item: string, job: Pick<Asked, 'job_id' | 'job_created_at'>): Promise<JobResult> {
    const { organisation_id } = address;
    const at = Date.parse(item);
    const execution_id = backfillIdOf(address, at, job);
    const result = { item, execution_id, code: null };
    // Started before, by an attempt whose answer got lost: however long ago that was.
    if (await this.running.exists(organisation_id, execution_id)) return { ...result, outcome: 'started' };
    const own = executionIdOf(address, at);
    try {
      // Read before history is asked: what the schedule starts in between is still to come by these, or known to history.
      const entry = await this.views.entryOf(address);
      const cursor = (await this.cursors.read(address))?.value ?? null;
      if (await this.running.exists(organisation_id, own))
        return { ...result, outcome: 'already_ran', execution_id: own };
      if (isStillToCome(entry, cursor, at)) return { ...result, outcome: 'scheduled', execution_id: own };
      const next = entry.plan.times.after(at)?.at ?? null;
      const times = { at, previous: null, next };
      await this.starter.startBackfill(address, times, { id: execution_id, job: job.job_id });
      return { ...result, outcome: 'started' };
    } catch (error) {
      if (!(error instanceof AppError) || PASSING.includes(error.code)) throw error;
      return { item, outcome: 'refused', execution_id: null, code: error.code };
    }
  }
}

/** The id of the execution that a job starts at a nominal time. It is of the job's time: lists and retention go by when something ran. */
function backfillIdOf(
  { organisation_id, workflow_id, index }: CursorAddress,
  at: number,
  { job_id, job_created_at }: Pick<Asked, 'job_id' | 'job_created_at'>,
): string {
  const parts = [organisation_id, 'backfill', workflow_id, String(index), String(at), job_id] as const;
  return derivedId('execution', Date.parse(job_created_at), parts);
}

/** Whether the schedule itself has not come to a time yet, or has decided to start it and not done so. */
function isStillToCome({ plan, stopped }: ScheduleEntry, cursor: Cursor | null, at: number): boolean {
  if (cursor?.since === plan.since && cursor.last?.at === at && cursor.last.outcome === 'starting') return true;
  if (cursor?.since === plan.since && cursor.buffered?.includes(at) === true) return true;
  const handled = cursor?.since === plan.since ? cursor.handled_at : Date.parse(plan.since);
  return stopped === null && at > handled;
}

function requirePast({ from, to }: Range, now: number): void {
  if (to > now) throw invalid('to', 'is in the future');
  if (from > to) throw invalid('from', 'is after "to"');
  if (from < now - LIMITS.backfillDays * DAY_MS) throw invalid('from', `is more than ${LIMITS.backfillDays} days ago`);
}

function invalid(path: string, message: string): AppError {
  return new AppError('INVALID_INPUT', { message: `${path}: ${message}`, details: { issues: [{ path, message }] } });
}
