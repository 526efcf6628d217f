import { Inject, Injectable } from '@nestjs/common';
import {
  AppError,
  derivedId,
  ERRORS,
  GetExecution,
  PlanRestart,
  type ErrorCode,
  type JobResult,
  type RestartExecutions,
} from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { startExecution } from '@millrace/service-kit/start-execution';
import { StorageQuota, type StartQuota } from '@millrace/service-kit/storage-quota';
import type { z } from 'zod';
import type { Clock } from '../clock.js';
import { CLOCK } from '../executions/execution-tokens.js';
import { StartShares } from './start-shares.js';

type Asked = z.output<typeof RestartExecutions.question>;
type Answer = z.output<typeof RestartExecutions.answer>;

/** After so long no further execution is begun: who asks waits for 10 s. */
const BUDGET_MS = 4_000;

/** There was nothing to retry or replay. */
const SKIPPED: readonly ErrorCode[] = ['EXECUTION_NOT_FINISHED', 'EXECUTION_NOT_FAILED', 'EXECUTION_NOT_FOUND'];

/** The organisation has had its share of starts. */
class ShareUsedError extends Error {
  constructor(readonly resumeAt: Date) {
    super('The organisation has had its share of starts');
    this.name = 'ShareUsedError';
  }
}

/** Starts executions that retry or replay others, for jobs of `definitions`, which asks again after a failure. See docs/adr/0081-bulk.md. */
@Injectable()
export class Restarts {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'publish' | 'request' | 'snapshots'>,
    @Inject(StorageQuota) private readonly quota: StartQuota,
    private readonly shares: StartShares,
    @Inject(CLOCK) private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** See `RestartExecutions`. */
  async run(asked: Asked): Promise<Answer> {
    const results: JobResult[] = [];
    const end = this.clock.now() + BUDGET_MS;
    for (const item of asked.execution_ids) {
      if (results.length > 0 && this.clock.now() > end) break;
      try {
        results.push(await this.#one(asked, item));
      } catch (error) {
        if (error instanceof ShareUsedError) return { results, resume_at: error.resumeAt.toISOString() };
        // Those before it are dealt with; it is asked for again.
        if (results.length > 0) break;
        throw error;
      }
    }
    return { results };
  }

  async #one(asked: Asked, item: string): Promise<JobResult> {
    const { organisation_id, kind, job_id, begun_at } = asked;
    const id = derivedId('execution', Date.parse(begun_at), [organisation_id, 'bulk', kind, job_id, item]);
    // Started before, by an attempt whose answer got lost: however long ago that was.
    if (!(await this.#exists(organisation_id, id))) {
      try {
        await this.#start(asked, item, id);
      } catch (error) {
        if (!(error instanceof AppError) || passes(error.code)) throw error;
        const outcome = SKIPPED.includes(error.code) ? 'skipped' : 'failed';
        return { item, outcome, execution_id: null, code: error.code };
      }
    }
    return { item, outcome: 'ok', execution_id: id, code: null };
  }

  async #start({ organisation_id, kind }: Asked, execution_id: string, id: string): Promise<void> {
    const plan = await this.bus.request(PlanRestart, { organisation_id, execution_id, kind, with_input: true });
    const { workflow_id, version, label, input, reuse } = plan;
    await startExecution(this.bus, this.quota, {
      trigger: { type: kind, execution_id, original: plan.trigger },
      reuse,
      workflow: { organisation_id, workflow_id, version },
      input: () => input,
      label,
      // Counted once nothing is left that could refuse it.
      choose: async () => {
        const resumeAt = await this.shares.take(organisation_id);
        if (resumeAt !== null) throw new ShareUsedError(resumeAt);
        return { id, acceptedAt: new Date(this.clock.now()).toISOString() };
      },
    });
  }

  async #exists(organisation_id: string, execution_id: string): Promise<boolean> {
    try {
      await this.bus.request(GetExecution, { organisation_id, execution_id, steps: 'none' });
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'EXECUTION_NOT_FOUND') return false;
      // It is in the queue, and can't be read.
      if (error instanceof AppError && error.code === 'INPUT_LOST') return true;
      throw error;
    }
  }
}

/** Whether the same may succeed later. */
function passes(code: ErrorCode): boolean {
  return ERRORS[code].retryable || code === 'STORAGE_FULL';
}
