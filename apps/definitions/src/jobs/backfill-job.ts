import { Inject, Injectable } from '@nestjs/common';
import { RunBackfill, type JobResult } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import type { JobRecord } from './job.schema.js';
import { BackfilledTimesRepository } from './backfilled-times.repository.js';

/** Carries out jobs that start nominal times of schedules. The scheduler starts them; that no two jobs start the same is seen to here. */
@Injectable()
export class BackfillJob {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'request'>,
    private readonly times: BackfilledTimesRepository,
  ) {}

  /** Deals with the next items of a job; may be repeated. Throws SERVICE_UNAVAILABLE, STORAGE_FULL. */
  async run(job: JobRecord, items: readonly string[]): Promise<JobResult[]> {
    const { workflow_id, index } = JSON.parse(job.parameters) as { workflow_id: string; index: number };
    const { organisation_id, _id: job_id } = job;
    const claimant = { organisation_id, job_id, workflow_id, index };
    const taken = await this.times.claim(claimant, items);
    const times = items.filter((item) => !taken.has(item));
    const question = { ...claimant, job_created_at: job.created_at.toISOString(), times };
    const { results } = times.length === 0 ? { results: [] } : await this.bus.request(RunBackfill, question);
    await this.times.settle(claimant, results);
    const started = new Map(results.map((result) => [result.item, result]));
    return items.map((item) => {
      const execution_id = taken.get(item) ?? null;
      return started.get(item) ?? { item, outcome: 'already_ran', execution_id, code: null };
    });
  }
}
