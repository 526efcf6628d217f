import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';
import { timeParameter } from './query-parameters.js';

/** How long the parts of a time range are. Days are those of UTC. */
export const statsBucketSchema = z.enum(['hour', 'day']);
export type StatsBucket = z.output<typeof statsBucketSchema>;

/** Figures about executions that have ended. */
const figures = {
  total: z.number().int(),
  completed: z.number().int(),
  failed: z.number().int(),
  cancelled: z.number().int(),
  duration_ms: z
    .object({ p50: z.number(), p95: z.number(), p99: z.number() })
    .nullable()
    .meta({ description: 'How long they took from acceptance to end, to within 4 %. Null when there are none.' }),
};
const figuresSchema = z.object(figures).register(apiSchemas, { id: 'ExecutionFigures' });
export type ExecutionFigures = z.output<typeof figuresSchema>;

const bucketSchema = z
  .object({
    start: z.string().meta({ description: 'Executions accepted from then on, until the next bucket.' }),
    ...figures,
  })
  .register(apiSchemas, { id: 'ExecutionFiguresOfBucket' });
export type FiguresOfBucket = z.output<typeof bucketSchema>;

const range = {
  from: z.string().meta({ description: 'The beginning of the first bucket.' }),
  to: z.string().meta({ description: 'The end of the last bucket.' }),
  bucket: statsBucketSchema,
};
const figuresOfRange = {
  totals: figuresSchema,
  buckets: z.array(bucketSchema).meta({ description: 'All buckets of the range, oldest first.' }),
};

/** How executions of a workflow ended, over time. */
export const workflowStatsSchema = z
  .object({ workflow_id: z.string(), ...range, ...figuresOfRange })
  .register(apiSchemas, { id: 'WorkflowStats' });
export type WorkflowStats = z.output<typeof workflowStatsSchema>;

/** How executions of an organisation ended, over time; with `by=workflow` also of its busiest workflows. */
export const executionStatsSchema = z
  .object({
    ...range,
    ...figuresOfRange,
    workflows: z
      .array(z.object({ workflow_id: z.string(), ...figuresOfRange }))
      .optional()
      .meta({
        description: `With \`by=workflow\`: the ${LIMITS.statsWorkflows} with the most executions, busiest first.`,
      }),
    more: z.boolean().optional().meta({ description: 'With `by=workflow`: whether there are others.' }),
  })
  .register(apiSchemas, { id: 'ExecutionStats' });
export type ExecutionStats = z.output<typeof executionStatsSchema>;

const time = {
  from: timeParameter('from')
    .optional()
    .meta({ description: 'The bucket that has this time is the first. By default 24 hours, or 30 days, before `to`.' }),
  to: timeParameter('to')
    .optional()
    .meta({ description: 'Up to the bucket that begins then or later. Now by default.' }),
  bucket: statsBucketSchema
    .default('hour')
    .meta({ description: `Parts of the range, at most ${LIMITS.statsBuckets}. Days are those of UTC.` }),
};

/** Of which time figures are. */
export const workflowStatsQuery = z.object(time);

/** The same, and how they are told apart. */
export const executionStatsQuery = z.object({
  ...time,
  by: z
    .enum(['status', 'workflow'])
    .default('status')
    .meta({ description: `\`workflow\`: also by workflow, for at most ${LIMITS.statsBucketsByWorkflow} buckets.` }),
});
