import { Inject, Injectable } from '@nestjs/common';
import { AppError, ERRORS, LIMITS } from '@millrace/contracts';
import { LOGGER } from '@millrace/service-kit/app';
import type { Logger } from '@millrace/service-kit/logging';
import { Database } from '@millrace/service-kit/mongo';
import { UpkeepLoop, type UpkeepPlan } from '@millrace/service-kit/upkeep-loop';
import { BackfilledTimesRepository } from './backfilled-times.repository.js';
import { BackfillJob } from './backfill-job.js';
import { BulkJob, type JobProgress } from './bulk-job.js';
import type { JobRecord } from './job.schema.js';
import { JobsRepository, type DueJob, type TakenJob } from './jobs.repository.js';

const LOOK_MS = 500;
const PRUNE_MS = 60 * 60 * 1_000;
/** Jobs that are looked at for one round. */
const ROUND = 100;
/** So many are worked on at a time. */
const AT_ONCE = 4;
/** A process that dies is waited for so long. */
const TAKEN_MS = 30_000;
/** After a failure. */
const RETRY_MS = 2_000;
/** Longer than a backfill may go back: a time that is forgotten here can't be asked for again. */
const CLAIMS_KEPT_MS = (LIMITS.backfillDays + 30) * 24 * 60 * 60 * 1_000;

/**
 * Carries jobs out, some items at a time. Any number of processes may do it: an attempt takes the job until it has written how far it has come,
 * and a kind of job does nothing twice when its items are repeated. Of each organisation one job has a turn in a round, and the next round does not
 * wait for turns that take long.
 */
@Injectable()
export class JobRunner extends UpkeepLoop {
  constructor(
    @Inject(LOGGER) logger: Logger,
    private readonly database: Database,
    private readonly jobs: JobsRepository,
    private readonly times: BackfilledTimesRepository,
    private readonly backfill: BackfillJob,
    private readonly bulk: BulkJob,
  ) {
    super(logger);
  }

  protected override plan(): UpkeepPlan {
    return {
      prepare: { name: 'Preparing jobs', run: (stopping) => this.database.waitUntilConnected(stopping) },
      tasks: [
        { name: 'Carrying out jobs', everyMs: LOOK_MS, run: (stopping) => this.#work(stopping) },
        { name: 'Forgetting old jobs', everyMs: PRUNE_MS, run: () => this.#prune() },
      ],
    };
  }

  async #work(stopping: AbortSignal): Promise<void> {
    // Turns that are being had, by organisation.
    const going = new Map<string, Promise<unknown>>();
    let round: DueJob[] = [];
    try {
      while (!stopping.aborted) {
        if (round.length === 0 && going.size < AT_ONCE) round = await this.#nextRound(going);
        for (const job of round.splice(0, AT_ONCE - going.size)) {
          const { organisation_id } = job;
          // One that fails stays, to be thrown below.
          going.set(
            organisation_id,
            this.#turn(job).then(() => going.delete(organisation_id)),
          );
        }
        if (going.size === 0) return;
        await firstOf(going.values());
      }
    } finally {
      await Promise.allSettled(going.values());
    }
  }

  /** Without the organisations that still have a turn. */
  async #nextRound(going: ReadonlyMap<string, unknown>): Promise<DueJob[]> {
    const turns = onePerOrganisation(await this.jobs.due(new Date(), ROUND));
    return turns.filter(({ organisation_id }) => !going.has(organisation_id));
  }

  async #turn(due: DueJob): Promise<void> {
    const now = Date.now();
    const job = await this.jobs.take(due, new Date(now), new Date(now + TAKEN_MS));
    if (job === null) return;
    try {
      const progress = await this.#carryOut(job);
      const kept = progress.results.slice(0, Math.max(0, LIMITS.jobResults - job.position));
      const texts = kept.map((result) => JSON.stringify(result));
      await this.jobs.advance(job, texts, progressOf(job, progress));
    } catch (error) {
      if (error instanceof AppError && !ERRORS[error.code].retryable && error.code !== 'STORAGE_FULL') {
        await this.jobs.advance(job, [], failed(error));
        return;
      }
      this.logger.warn({ err: error, job: job._id }, 'A job has to wait');
      await this.jobs.advance(job, [], { due_at: new Date(Date.now() + RETRY_MS) });
    }
  }

  async #carryOut(job: TakenJob): Promise<JobProgress> {
    const items = await this.jobs.nextItems(job, LIMITS.jobBatch);
    if (items.length === 0) return { results: [], isOver: true };
    if (job.kind === 'backfill') return { results: await this.backfill.run(job, items) };
    if (job.kind === 'bulk') return this.bulk.run(job, items);
    // A newer version, which knows the kind, carries it out.
    throw new AppError('SERVICE_UNAVAILABLE');
  }

  async #prune(): Promise<void> {
    await this.jobs.deleteEndedBefore(new Date(Date.now() - LIMITS.jobsKeptMs));
    await this.times.deleteBefore(new Date(Date.now() - CLAIMS_KEPT_MS));
  }
}

/** Waits for the first of some turns to end, but no longer than until other jobs are to be looked for. */
async function firstOf(turns: Iterable<Promise<unknown>>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const look = new Promise((resolve) => (timer = setTimeout(resolve, LOOK_MS)));
  try {
    await Promise.race([...turns, look]);
  } finally {
    clearTimeout(timer);
  }
}

/** What is written when items are dealt with. */
function progressOf(job: TakenJob, { results, resumeAt, isOver = false }: JobProgress): Partial<JobRecord> {
  const position = job.position + results.length;
  const counts = { ...job.counts };
  for (const { outcome } of results) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const now = new Date();
  const ended = isOver || position >= job.total ? { status: 'completed' as const } : {};
  return { position, counts, updated_at: now, due_at: resumeAt ?? now, ...ended };
}

function failed({ code, message }: AppError): Partial<JobRecord> {
  return { status: 'failed', error: { code, message }, updated_at: new Date() };
}

/** The first of each, so that nobody gets more turns by having more jobs. */
function onePerOrganisation(jobs: readonly DueJob[]): DueJob[] {
  const turns = new Map<string, DueJob>();
  for (const job of jobs) if (!turns.has(job.organisation_id)) turns.set(job.organisation_id, job);
  return [...turns.values()];
}
