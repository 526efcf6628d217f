import { z } from 'zod';
import { apiSchemas } from './api-schemas.js';
import { executionFilterSchema } from './execution-queries.js';
import { EXECUTION_ENDS, OPEN_STATUSES, type ExecutionStatus } from './executions.js';

/** What can be done to many executions by one call. */
export const bulkActionSchema = z.enum(['cancel', 'retry', 'replay']);
export type BulkAction = z.output<typeof bulkActionSchema>;

/** The statuses that an action is for, and so those of a filter which names none. */
export const BULK_STATUSES: Readonly<Record<BulkAction, readonly ExecutionStatus[]>> = {
  cancel: OPEN_STATUSES,
  retry: ['failed', 'cancelled'],
  replay: EXECUTION_ENDS,
};

/** Body of POST /v1/executions/bulk. */
export const bulkBodySchema = z
  .strictObject({
    action: bulkActionSchema,
    filter: executionFilterSchema.meta({
      description:
        'Which executions: as the query of the list says it. Without `status` those that the action is for: `cancel` is for `running,waiting`, `retry` for `failed,cancelled`, `replay` for all that have ended.',
    }),
    dry_run: z.boolean().optional().meta({ description: 'Only say how many there are.' }),
  })
  .register(apiSchemas, { id: 'BulkRequest' });

/** What a bulk would be about. */
export const bulkPlanSchema = z
  .object({ job_id: z.null(), matched: z.number().int() })
  .register(apiSchemas, { id: 'BulkPlan' });
export type BulkPlan = z.output<typeof bulkPlanSchema>;
