import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  bulkActionSchema,
  CancelExecution,
  ERRORS,
  LIMITS,
  RestartExecutions,
  type ErrorCode,
  type JobResult,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { z } from 'zod';
import { JobsRepository, type TakenJob } from './jobs.repository.js';

/** After so long no further execution of a turn is cancelled: who takes a job has it for 30 s, and history is waited for. */
const CANCELS_MS = 10_000;

const parametersSchema = z.object({ action: bulkActionSchema, requested_by: z.string().optional() });

/** How far a turn has come. */
export interface JobProgress {
  /** Of the first items. */
  readonly results: readonly JobResult[];
  /** Before that the job can't go on. */
  readonly resumeAt?: Date | undefined;
  /** No items were left. */
  readonly isOver?: boolean;
}

/**
 * Carries out jobs that cancel, retry or replay executions. History writes the cancels, and executors start what retries or replays: both do nothing
 * twice. See docs/adr/0081-bulk.md.
 */
@Injectable()
export class BulkJob {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'request'>,
    private readonly jobs: JobsRepository,
  ) {}

  /** Deals with the next items of a job; may be repeated. Throws SERVICE_UNAVAILABLE, STORAGE_FULL. */
  async run(job: TakenJob, items: readonly string[]): Promise<JobProgress> {
    const { action, requested_by } = parametersSchema.parse(JSON.parse(job.parameters));
    return action === 'cancel' ? this.#cancel(job, items, requested_by) : this.#restart(job, items, action);
  }

  async #cancel({ organisation_id }: TakenJob, items: readonly string[], by: string | undefined): Promise<JobProgress> {
    const results: JobResult[] = [];
    const end = Date.now() + CANCELS_MS;
    for (const item of items) {
      if (results.length > 0 && Date.now() > end) break;
      const question = { organisation_id, execution_id: item, by, steps: 'none' as const };
      try {
        await this.bus.request(CancelExecution, question);
        results.push({ item, outcome: 'ok', execution_id: null, code: null });
      } catch (error) {
        const result = refusalOf(item, error);
        // Those before it are dealt with; this one is tried again.
        if (result === null && results.length > 0) break;
        if (result === null) throw error;
        results.push(result);
      }
    }
    return { results };
  }

  async #restart(job: TakenJob, items: readonly string[], kind: 'retry' | 'replay'): Promise<JobProgress> {
    const { organisation_id, _id: job_id, position } = job;
    const index = Math.floor(position / LIMITS.jobBatch);
    const block = job.block?.index === index ? job.block : { index, begun_at: new Date() };
    if (block !== job.block && !(await this.jobs.beginBlock(job, block))) return { results: [] };
    // The ids of what is started are of the time of the block: however often and far its items are asked for, they stay the same.
    const execution_ids = items.slice(0, (index + 1) * LIMITS.jobBatch - position);
    const begun_at = block.begun_at.toISOString();
    const question = { organisation_id, job_id, kind, begun_at, execution_ids };
    const { results, resume_at } = await this.bus.request(RestartExecutions, question);
    return { results, resumeAt: resume_at === undefined ? undefined : new Date(resume_at) };
  }
}

/** What an execution that could not be cancelled counts as; null for what passes. */
function refusalOf(item: string, error: unknown): JobResult | null {
  if (!(error instanceof AppError) || ERRORS[error.code].retryable || error.code === 'STORAGE_FULL') return null;
  const { code, details } = error;
  // By this job before its answer got lost, or by somebody else: it is what was wanted.
  if (code === 'EXECUTION_FINISHED' && details?.['status'] === 'cancelled')
    return { item, outcome: 'ok', execution_id: null, code: null };
  return { item, outcome: SKIPPED.includes(code) ? 'skipped' : 'failed', execution_id: null, code };
}

/** There was nothing to cancel. */
const SKIPPED: readonly ErrorCode[] = ['EXECUTION_FINISHED', 'EXECUTION_NOT_FOUND'];
