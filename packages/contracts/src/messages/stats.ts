import { z } from 'zod';
import { executionStatsSchema, statsBucketSchema } from '../http/stats.js';
import { defineRequest } from '../message.js';

/**
 * Figures about the executions of an organisation that have ended, or of one of its workflows, by the time at which they were
 * accepted. `from` and `to` are ISO times. Errors: INVALID_INPUT for a range with too many buckets or workflows.
 */
export const GetExecutionStats = defineRequest({
  subject: 'history.stats.executions',
  question: z.object({
    organisation_id: z.string(),
    workflow_id: z.string().optional(),
    from: z.string().optional(),
    to: z.string().optional(),
    bucket: statsBucketSchema,
    by_workflow: z.boolean().optional(),
  }),
  answer: executionStatsSchema,
});
