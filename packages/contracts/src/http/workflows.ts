import { z } from 'zod';

/** An entry of the workflow list. Times are ISO 8601 in UTC. */
export const workflowSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  status: z.enum(['active', 'paused', 'draft']),
  version: z.number().int(),
  created_at: z.string(),
  updated_at: z.string(),
  execution_count: z.number().int(),
});
export type WorkflowSummary = z.output<typeof workflowSummarySchema>;

/** A workflow as the API answers it: the stored document plus what the server knows of it. */
export const workflowResourceSchema = z.looseObject({
  ...workflowSummarySchema.shape,
  /** Problems that did not stop the workflow from being saved. */
  warnings: z.array(z.looseObject({ path: z.string(), message: z.string() })).optional(),
});
export type WorkflowResource = z.output<typeof workflowResourceSchema>;

/** The reference's list body. */
export const workflowListSchema = z.object({
  workflows: z.array(workflowSummarySchema),
  total: z.number().int(),
  page: z.number().int(),
  per_page: z.number().int(),
});
export type WorkflowList = z.output<typeof workflowListSchema>;
