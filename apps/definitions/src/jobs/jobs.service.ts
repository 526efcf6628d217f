import { Injectable } from '@nestjs/common';
import {
  AppError,
  LIMITS,
  newId,
  type CreateJob,
  type JobList,
  type JobResource,
  type JobSummary,
} from '@millrace/contracts';
import { keyedWrite } from '@millrace/service-kit/keyed-write';
import type { z } from 'zod';
import { noteChange } from '../audit/noted-change.js';
import { jobState } from '../audit/resource-state.js';
import type { JobRecord } from './job.schema.js';
import { JobsRepository, type ListedJob, type ReadJob } from './jobs.repository.js';

/** Jobs of organisations, as they ask for them and see them. All methods throw SERVICE_UNAVAILABLE. */
@Injectable()
export class JobsService {
  constructor(private readonly jobs: JobsRepository) {}

  /** Throws QUOTA_EXCEEDED. */
  async create({
    organisation_id,
    kind,
    parameters,
    items,
    request_key,
  }: z.output<typeof CreateJob.question>): Promise<JobResource> {
    if (request_key !== undefined) {
      const since = new Date(Date.now() - LIMITS.idempotencyKeyMs);
      const made = await this.jobs.findByRequest(organisation_id, request_key, since);
      if (made !== null) return resourceOf(made);
    }
    if ((await this.jobs.countUnfinished(organisation_id)) >= LIMITS.jobsUnfinished)
      throw new AppError('QUOTA_EXCEEDED', {
        message: `The organisation has ${LIMITS.jobsUnfinished} jobs that have not ended: wait for one, or cancel it`,
        details: { limit: LIMITS.jobsUnfinished },
      });
    await this.jobs.keepNewest(organisation_id, LIMITS.jobsKept);
    const now = new Date();
    const record: JobRecord = {
      _id: newId('job'),
      organisation_id,
      kind,
      status: 'queued',
      unfinished: true,
      parameters: JSON.stringify(parameters),
      items,
      total: items.length,
      ...(request_key === undefined ? {} : { request_key }),
      position: 0,
      counts: {},
      results: [],
      error: null,
      due_at: now,
      fence: 0,
      created_at: now,
      updated_at: now,
      ended_at: null,
    };
    await this.jobs.insert(record);
    noteChange(() => ({ before: null, after: jobState(record, false) }));
    return resourceOf(record);
  }

  async list(organisationId: string, limit: number, after: string | undefined): Promise<JobList> {
    const most = Math.min(limit, LIMITS.pageSize);
    const found = await this.jobs.list(organisationId, most + 1, after);
    const jobs = found.slice(0, most).map(summaryOf);
    const has_more = found.length > most;
    return { jobs, next_cursor: has_more ? (jobs.at(-1)?.id ?? null) : null, has_more };
  }

  /** Throws JOB_NOT_FOUND. */
  async get(organisationId: string, job_id: string): Promise<JobResource> {
    return resourceOf(await this.#found(organisationId, job_id));
  }

  /** Throws JOB_NOT_FOUND, JOB_FINISHED. */
  async cancel(organisationId: string, job_id: string): Promise<JobResource> {
    const isCancelled = await this.jobs.cancel(organisationId, job_id);
    const record = await this.#found(organisationId, job_id);
    if (isCancelled) noteChange(() => ({ before: jobState(record, false), after: jobState(record, true) }));
    const job = resourceOf(record);
    const isRepeated = keyedWrite()?.again === true && job.status === 'cancelled';
    if (!isCancelled && !isRepeated) throw new AppError('JOB_FINISHED', { details: { job_id, status: job.status } });
    return job;
  }

  async #found(organisationId: string, job_id: string): Promise<ReadJob> {
    const record = await this.jobs.find(organisationId, job_id);
    if (record === null) throw new AppError('JOB_NOT_FOUND', { details: { job_id } });
    return record;
  }
}

function resourceOf({ results, ...job }: ReadJob): JobResource {
  return {
    ...summaryOf(job),
    results: results.map((text) => JSON.parse(text) as JobResource['results'][number]),
  };
}

function summaryOf({
  _id: id,
  kind,
  status,
  parameters,
  total,
  position,
  counts,
  error,
  ...times
}: ListedJob): JobSummary {
  return {
    id,
    kind,
    status,
    parameters: JSON.parse(parameters) as Record<string, unknown>,
    total,
    done: position,
    counts,
    error: error && { code: error.code, message: error.message },
    created_at: times.created_at.toISOString(),
    updated_at: times.updated_at.toISOString(),
    ended_at: times.ended_at?.toISOString() ?? null,
  };
}
