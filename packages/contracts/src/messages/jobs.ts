import { z } from 'zod';
import { jobListSchema, jobResourceSchema, jobResultSchema } from '../http/jobs.js';
import { LIMITS } from '../limits.js';
import { defineRequest } from '../message.js';
import { page, scoped } from './question-parts.js';

const ofJob = scoped.extend({ job_id: z.string() });
const ofSchedule = scoped.extend({ workflow_id: z.string(), index: z.number().int().nonnegative() });

/** Stores a job; it is carried out from then on, whatever crashes. Errors: QUOTA_EXCEEDED. */
export const CreateJob = defineRequest({
  subject: 'definitions.jobs.create',
  question: scoped.extend({
    kind: z.enum(['backfill', 'bulk']),
    /** As users are shown it. */
    parameters: z.record(z.string(), z.unknown()),
    /** Names the request that asks for it: the job that it has made within the last day is the answer, and no other is made. */
    request_key: z.string().optional(),
    /** What it is done to, one after the other: of a backfill the nominal times, of a bulk the ids of executions. */
    items: z.array(z.string()).max(LIMITS.jobItems),
  }),
  answer: jobResourceSchema,
});

/** A page of the organisation's jobs, newest first. */
export const ListJobs = defineRequest({
  subject: 'definitions.jobs.list',
  question: scoped.extend(page),
  answer: jobListSchema,
});

/** Errors: JOB_NOT_FOUND. */
export const GetJob = defineRequest({
  subject: 'definitions.jobs.get',
  question: ofJob,
  answer: jobResourceSchema,
});

/** Errors: JOB_NOT_FOUND, JOB_FINISHED. */
export const CancelJob = defineRequest({
  subject: 'definitions.jobs.cancel',
  question: ofJob,
  answer: jobResourceSchema,
});

/** The nominal times of a schedule in a part of the past. Errors: WORKFLOW_NOT_FOUND, SCHEDULE_NOT_FOUND, INVALID_INPUT, WORKFLOW_PAUSED, WORKFLOW_NOT_ACTIVE. */
export const PlanBackfill = defineRequest({
  subject: 'scheduler.backfills.plan',
  question: ofSchedule.extend({ from: z.string(), to: z.string() }),
  answer: z.object({ times: z.array(z.string()) }),
});

/**
 * Starts the executions of nominal times that are over, those that have not run, under ids that follow from job and time. May be
 * asked any number of times. When it fails, some of them may have been started. Errors: those that pass, SERVICE_UNAVAILABLE and STORAGE_FULL.
 */
export const RunBackfill = defineRequest({
  subject: 'scheduler.backfills.run',
  question: ofSchedule.extend({
    job_id: z.string(),
    /** The ids of its executions are of this time. */
    job_created_at: z.string(),
    times: z.array(z.string()).max(LIMITS.jobBatch),
  }),
  answer: z.object({ results: z.array(jobResultSchema) }),
});

/**
 * Starts executions that retry or replay others, under ids that follow from job, execution and `begun_at`; each counts as a start. May be asked any number of
 * times, with the same `begun_at`. The answer is about the first ones of them, at least one unless the organisation has had its share of starts: `resume_at`
 * is when it has one again. When it fails, some of them may have been started. Errors: those that pass, SERVICE_UNAVAILABLE and STORAGE_FULL.
 */
export const RestartExecutions = defineRequest({
  subject: 'executor.executions.restart',
  question: scoped.extend({
    job_id: z.string(),
    kind: z.enum(['retry', 'replay']),
    /** The ids of the new executions are of this time. */
    begun_at: z.string(),
    execution_ids: z.array(z.string()).max(LIMITS.jobBatch),
  }),
  answer: z.object({ results: z.array(jobResultSchema), resume_at: z.string().optional() }),
});
