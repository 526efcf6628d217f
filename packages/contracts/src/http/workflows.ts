import { WORKFLOW_STATUSES } from '@millrace/schema';
import { z } from 'zod';
import { apiSchemas } from './api-schemas.js';
import { executionStatusSchema } from './executions.js';

/** Whether a workflow starts: `active` by its triggers and by the API, `draft` by the API alone, `paused` not at all. */
export const workflowStatusSchema = z.enum(WORKFLOW_STATUSES);

/**
 * The document that a client sends, or the fields of it that change. Its owner checks it, and reports all its problems; its
 * JSON Schema is at `/v1/schemas/workflow.json`.
 */
export const workflowDocumentSchema = z.unknown().register(apiSchemas, { id: 'WorkflowDocument' });
export const workflowPatchSchema = z.unknown().register(apiSchemas, { id: 'WorkflowPatch' });

/** A JSON Merge Patch (RFC 7396) of a document; as above. */
export const workflowMergePatchSchema = z.unknown().register(apiSchemas, { id: 'WorkflowMergePatch' });

/** What entries of the list and the whole workflow have in common. Times are ISO 8601 in UTC. */
const common = {
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  status: workflowStatusSchema,
  version: z.number().int(),
  created_at: z.string(),
  updated_at: z.string(),
  execution_count: z.number().int(),
};

/** The last execution of a workflow, in the list. */
export const lastExecutionSchema = z.object({ id: z.string(), status: executionStatusSchema, started_at: z.string() });
export type LastExecution = z.output<typeof lastExecutionSchema>;

/** An entry of the workflow list. */
export const workflowSummarySchema = z
  .object({
    ...common,
    tags: z.array(z.string()),
    triggers: z.array(z.object({ type: z.string() })).meta({ description: 'The types of its triggers, each once.' }),
    last_execution: lastExecutionSchema.nullable().meta({
      description: 'The one that was accepted last, while its record is kept.',
    }),
    next_run_at: z.string().nullable().meta({ description: 'When the first of its schedules is due next.' }),
    deleted_at: z.string().optional().meta({ description: 'Of a deleted workflow.' }),
    restorable_until: z.string().optional().meta({ description: 'Until when a deleted workflow can be restored.' }),
  })
  .register(apiSchemas, { id: 'WorkflowSummary' });
export type WorkflowSummary = z.output<typeof workflowSummarySchema>;

/** What the list may be ordered by. */
export const workflowOrderSchema = z.enum(['created_at', 'updated_at', 'name', 'last_run', 'deleted_at']);
export type WorkflowOrder = z.output<typeof workflowOrderSchema>;

/** A workflow as the API returns it: the stored document and the fields that the server adds. */
export const workflowResourceSchema = z
  .looseObject({
    ...common,
    warnings: z
      .array(z.looseObject({ path: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'Problems that did not stop the workflow from being saved.' }),
  })
  .register(apiSchemas, { id: 'Workflow' });
export type WorkflowResource = z.output<typeof workflowResourceSchema>;

/** The reference's list body. */
export const workflowListSchema = z
  .object({
    workflows: z.array(workflowSummarySchema),
    total: z.number().int(),
    page: z.number().int(),
    per_page: z.number().int(),
  })
  .register(apiSchemas, { id: 'WorkflowList' });
export type WorkflowList = z.output<typeof workflowListSchema>;
