import { Inject, Injectable } from '@nestjs/common';
import { RunBackfill, type JobResult } from '@millrace/contracts';
import { BUS, type Bus } from '@millrace/messaging';
import { BackfilledTimesRepository, type Claim, type Claimant } from './backfilled-times.repository.js';
import { JobsRepository, type TakenJob } from './jobs.repository.js';

/** Carries out jobs that start nominal times of schedules. The scheduler starts them; that no two jobs start the same is seen to here. */
@Injectable()
export class BackfillJob {
  constructor(
    @Inject(BUS) private readonly bus: Pick<Bus, 'request'>,
    private readonly times: BackfilledTimesRepository,
    private readonly jobs: JobsRepository,
  ) {}

  /** Deals with the next items of a job; may be repeated. Throws SERVICE_UNAVAILABLE, STORAGE_FULL. */
  async run(job: TakenJob, items: readonly string[]): Promise<JobResult[]> {
    const { workflow_id, index } = JSON.parse(job.parameters) as { workflow_id: string; index: number };
    const { organisation_id, _id: job_id, created_at: job_created_at } = job;
    const claimant: Claimant = { organisation_id, job_id, job_created_at, workflow_id, index };
    const taken = await this.times.claim(claimant, items);
    const free = items.filter((item) => !taken.has(item));
    const results = await this.#start(claimant, free);
    await this.times.settle(claimant, results, true);
    for (const { former, times } of await this.#left(claimant, taken)) {
      const made = await this.#start(former, times);
      // A question of the former job may still be under way: until it starts, the time stays the one's that claimed it.
      await this.times.settle(former, made, false);
      results.push(...made);
    }
    const known = new Map(results.map((result) => [result.item, result]));
    return items.map((item) => {
      const execution_id = taken.get(item)?.execution_id ?? null;
      return known.get(item) ?? { item, outcome: 'already_ran', execution_id, code: null };
    });
  }

  async #start({ job_created_at, ...claimant }: Claimant, times: string[]): Promise<JobResult[]> {
    if (times.length === 0) return [];
    const question = { ...claimant, job_created_at: job_created_at.toISOString(), times };
    return (await this.bus.request(RunBackfill, question)).results;
  }

  /**
   * Times that were claimed by jobs that have ended, and whose executions nobody knows. They are started in the name of these jobs: so under
   * the same ids, if they were started after all.
   */
  async #left(claimant: Claimant, taken: ReadonlyMap<string, Claim>): Promise<{ former: Claimant; times: string[] }[]> {
    const left = new Map<string, { former: Claimant; times: string[] }>();
    for (const [time, { job_id, job_created_at, execution_id }] of taken) {
      if (execution_id !== null || job_created_at === undefined) continue;
      const { times } = left.get(job_id) ?? { times: [] };
      left.set(job_id, { former: { ...claimant, job_id, job_created_at }, times: [...times, time] });
    }
    if (left.size === 0) return [];
    const unfinished = await this.jobs.unfinishedOf(claimant.organisation_id, [...left.keys()]);
    return [...left.values()].filter(({ former }) => !unfinished.has(former.job_id));
  }
}
