import { z } from 'zod';
import { apiSchemas } from './api-schemas.js';

/** A version of a workflow in a list. Times are ISO 8601 in UTC. */
export const workflowVersionSummarySchema = z
  .object({
    version: z.number().int(),
    created_at: z.string(),
    created_by: z
      .string()
      .nullable()
      .meta({ description: 'The id of the API token that made it; null for versions from before this was kept.' }),
    note: z.string().nullable().meta({ description: 'What is said of the version.' }),
  })
  .register(apiSchemas, { id: 'WorkflowVersionSummary' });
export type WorkflowVersionSummary = z.output<typeof workflowVersionSummarySchema>;

const workflowDeletedAt = z
  .string()
  .optional()
  .meta({ description: 'When the workflow was deleted. Only then there; its versions stay readable for a time.' });

/** One page of versions. */
export const workflowVersionListSchema = z
  .object({
    versions: z.array(workflowVersionSummarySchema),
    next_cursor: z.string().nullable(),
    has_more: z.boolean(),
    workflow_deleted_at: workflowDeletedAt,
  })
  .register(apiSchemas, { id: 'WorkflowVersionList' });
export type WorkflowVersionList = z.output<typeof workflowVersionListSchema>;

/** A version with its document, which can be sent back as it is. */
export const workflowVersionSchema = z
  .object({
    ...workflowVersionSummarySchema.shape,
    workflow_deleted_at: workflowDeletedAt,
    document: z
      .looseObject({})
      .meta({ description: 'The document as it was saved, without what the server adds and without the status.' }),
    source: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'The YAML that it was saved as, with its comments; null when it was saved as JSON.' }),
  })
  .register(apiSchemas, { id: 'WorkflowVersion' });
export type WorkflowVersion = z.output<typeof workflowVersionSchema>;

/** An operation of JSON Patch (RFC 6902). */
export const patchOperationSchema = z
  .object({
    op: z.enum(['add', 'remove', 'replace']),
    path: z.string().meta({ description: 'A JSON Pointer (RFC 6901) into the document.' }),
    value: z.unknown().optional(),
  })
  .register(apiSchemas, { id: 'PatchOperation' });
export type PatchOperation = z.output<typeof patchOperationSchema>;

/** What became of one step, nested ones included. */
export const stepChangeSchema = z
  .object({
    step_id: z.string(),
    change: z
      .enum(['added', 'removed', 'changed', 'moved'])
      .meta({ description: 'A step that was changed and moved is in the list twice.' }),
    fields: z
      .array(z.string())
      .meta({ description: 'Of a changed step: what differs, such as `next` or `config.url`. Else empty.' }),
  })
  .register(apiSchemas, { id: 'StepChange' });
export type StepChange = z.output<typeof stepChangeSchema>;

/** What differs between two versions. */
export const workflowVersionDiffSchema = z
  .object({
    version: z.number().int(),
    against: z.number().int(),
    patch: z
      .array(patchOperationSchema)
      .meta({ description: 'JSON Patch (RFC 6902): makes the document of `version` of that of `against`.' }),
    steps: z.array(stepChangeSchema),
  })
  .register(apiSchemas, { id: 'WorkflowVersionDiff' });
export type WorkflowVersionDiff = z.output<typeof workflowVersionDiffSchema>;
