import { z } from 'zod';
import { apiSchemas } from './api-schemas.js';

/** Whether a workflow starts: `active` by its triggers and by the API, `draft` by the API alone, `paused` not at all. */
export const workflowStatusSchema = z.enum(['active', 'paused', 'draft']);

/**
 * The document that a client sends, or the fields of it that change. Its owner checks it, and reports all its problems; its
 * JSON Schema is at `/v1/schemas/workflow.json`.
 */
export const workflowDocumentSchema = z.unknown().register(apiSchemas, { id: 'WorkflowDocument' });
export const workflowPatchSchema = z.unknown().register(apiSchemas, { id: 'WorkflowPatch' });

/** A JSON Merge Patch (RFC 7396) of a document; as above. */
export const workflowMergePatchSchema = z.unknown().register(apiSchemas, { id: 'WorkflowMergePatch' });

/** An entry of the workflow list. Times are ISO 8601 in UTC. */
export const workflowSummarySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    status: workflowStatusSchema,
    version: z.number().int(),
    created_at: z.string(),
    updated_at: z.string(),
    execution_count: z.number().int(),
  })
  .register(apiSchemas, { id: 'WorkflowSummary' });
export type WorkflowSummary = z.output<typeof workflowSummarySchema>;

/** A workflow as the API returns it: the stored document and the fields that the server adds. */
export const workflowResourceSchema = z
  .looseObject({
    ...workflowSummarySchema.shape,
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
