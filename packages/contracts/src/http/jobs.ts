import { z } from 'zod';
import { ID_FORMS } from '../ids.js';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';

/** What became of one item of a job. */
export const jobResultSchema = z.object({
  item: z.string().meta({ description: 'Of a backfill: the nominal time. Of a bulk: the id of the execution.' }),
  outcome: z.string().meta({
    description:
      'Of a bulk: `ok`, with the execution that a retry or replay has started in `execution_id`; `skipped`, there was nothing to do, `code` says why; `failed`, `code` says why. Of a backfill: `started`; `already_ran`, by the schedule itself or by an earlier backfill, in the execution of `execution_id`; `scheduled`, the schedule itself is about to start it; `refused`, `code` says why.',
  }),
  execution_id: z.string().nullable(),
  code: z.string().nullable().meta({ description: 'The code of the error that refused it, or the reason to skip it.' }),
});
export type JobResult = z.output<typeof jobResultSchema>;

const summary = {
  id: z.string(),
  kind: z.string().meta({ description: '`backfill` or `bulk`.' }),
  status: z.enum(['queued', 'running', 'completed', 'failed', 'cancelled']).meta({
    description: '`completed`: all items are dealt with, whatever became of each. `failed`: `error` says why it ended.',
  }),
  parameters: z.record(z.string(), z.unknown()).meta({
    description:
      'What was asked for. Of a backfill: `workflow_id`, `index`, `from`, `to`. Of a bulk: `action`, `filter`, `requested_by`.',
  }),
  total: z.number().int().meta({ description: 'Its items.' }),
  done: z.number().int().meta({ description: 'Of those, the ones that are dealt with.' }),
  counts: z.record(z.string(), z.number().int()).meta({ description: 'By outcome.' }),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  created_at: z.string(),
  updated_at: z.string(),
  ended_at: z.string().nullable(),
};

/** A job without its results, as lists have it. Times are ISO 8601 in UTC. */
export const jobSummarySchema = z.object(summary).register(apiSchemas, { id: 'JobSummary' });
export type JobSummary = z.output<typeof jobSummarySchema>;

/** Something that is done to many things, one after the other, while its caller goes on. */
export const jobResourceSchema = z
  .object({
    ...summary,
    results: z.array(jobResultSchema).meta({
      description: `In the order of its items, at most ${LIMITS.jobResults}.`,
    }),
  })
  .register(apiSchemas, { id: 'Job' });
export type JobResource = z.output<typeof jobResourceSchema>;

/** One page of jobs, newest first. */
export const jobListSchema = z
  .object({ jobs: z.array(jobSummarySchema), next_cursor: z.string().nullable(), has_more: z.boolean() })
  .register(apiSchemas, { id: 'JobList' });
export type JobList = z.output<typeof jobListSchema>;

/** The query of the list. */
export const jobListQuery = z.object({
  limit: z.int().min(1).max(LIMITS.pageSize).default(20),
  starting_after: z
    .string()
    .regex(ID_FORMS.job, 'starting_after must be the id of a job, the next_cursor of the page before')
    .optional()
    .meta({ description: 'The `next_cursor` of the page before.' }),
});

const moment = z.iso.datetime({ offset: true });

/** Body of POST /v1/workflows/{workflow_id}/schedules/{index}/backfill. */
export const backfillBodySchema = z
  .strictObject({
    from: moment.meta({
      description: `The first nominal time that counts, at most ${LIMITS.backfillDays} days ago.`,
    }),
    to: moment.meta({ description: 'The last one, not in the future.' }),
    dry_run: z.boolean().optional().meta({ description: 'Only say which times there are.' }),
  })
  .register(apiSchemas, { id: 'BackfillRequest' });

/** Something that a job does, which is accepted. */
export const jobAcceptedSchema = z
  .object({
    job_id: z.string(),
    matched: z.number().int().meta({ description: 'Of a backfill nominal times, of a bulk executions.' }),
  })
  .register(apiSchemas, { id: 'JobAccepted' });
export type JobAccepted = z.output<typeof jobAcceptedSchema>;

/** What a backfill would start. */
export const backfillPlanSchema = z
  .object({
    job_id: z.null(),
    matched: z.number().int(),
    times: z.array(z.string()).meta({ description: 'The nominal times, oldest first.' }),
  })
  .register(apiSchemas, { id: 'BackfillPlan' });
export type BackfillPlan = z.output<typeof backfillPlanSchema>;
