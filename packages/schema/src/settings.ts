import { z } from 'zod';
import { durationField } from './duration.js';
import { marked, templateText } from './fields.js';
import { FIELD_LIMITS } from './limits.js';
import { toolSchema } from './tool-fields.js';

/** What holds for all executions of a workflow. */
export const settingsSchema = z
  .strictObject({
    timeout: durationField('Longest time for an execution, from its start.').optional(),
    queue_timeout: durationField(
      'Longest time that an execution waits for its beginning, from its start: for an executor, and for a slot of `concurrency`. One that has waited longer fails and runs nothing.',
    ).optional(),
    concurrency: z
      .strictObject({
        limit: z.int().min(1).max(1_000).meta({ description: 'Executions that may run at the same time.' }),
        key: templateText('Counts separately for each value, e.g. "{{input.customer_id}}".').optional(),
        on_conflict: z.enum(['queue', 'skip', 'cancel_running']).optional().meta({
          description:
            'What happens to a start above the limit: it waits (default), is dropped, or replaces the oldest that runs.',
        }),
      })
      .optional()
      .meta({ description: 'How many executions may run at the same time.' }),
    missing: z
      .enum(['error', 'empty'])
      .optional()
      .meta({ description: 'What an expression makes of a value that is not there: an error (default), or nothing.' }),
    on_failure_workflow: marked(
      z.string().min(1).max(FIELD_LIMITS.workflowIdLength),
      'workflow',
      'The id of a workflow that is started when an execution fails.',
    ).optional(),
    tool: toolSchema.optional(),
    retention_days: z
      .int()
      .min(1)
      .max(3_650)
      .optional()
      .meta({ description: 'How long finished executions are kept, in days. By default as the installation is set.' }),
    retention_count: z.int().min(1).max(FIELD_LIMITS.retentionCount).optional().meta({
      description: 'How many finished executions are kept, the newest ones; those that are too old go nevertheless.',
    }),
  })
  .meta({ description: 'What holds for all executions of the workflow.' });

/** See {@link settingsSchema}. */
export type WorkflowSettings = z.output<typeof settingsSchema>;
