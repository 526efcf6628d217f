import { z } from 'zod';
import { defineRequest } from '../message.js';
import { workflowListSchema, workflowResourceSchema, workflowStatusSchema } from '../http/workflows.js';

const scoped = z.object({ organisation_id: z.string() });

/** Validates and stores a new workflow as version 1; returns the stored resource. Errors: INVALID_INPUT with all issues. */
export const CreateWorkflow = defineRequest({
  subject: 'definitions.workflows.create',
  question: scoped.extend({ document: z.unknown().optional() }),
  answer: workflowResourceSchema,
});

/** One workflow. Errors: WORKFLOW_NOT_FOUND. */
export const GetWorkflow = defineRequest({
  subject: 'definitions.workflows.get',
  question: scoped.extend({ workflow_id: z.string() }),
  answer: workflowResourceSchema,
});

/** A page of workflows, newest first. */
export const ListWorkflows = defineRequest({
  subject: 'definitions.workflows.list',
  question: scoped.extend({
    page: z.number().int().positive(),
    per_page: z.number().int().positive(),
    status: workflowStatusSchema.optional(),
  }),
  answer: workflowListSchema,
});

/**
 * Merges the fields of `patch` into the document at the top level and stores the result as the next version.
 * `if_version` guards concurrent edits. Errors: WORKFLOW_NOT_FOUND, INVALID_INPUT, VERSION_CONFLICT.
 */
export const UpdateWorkflow = defineRequest({
  subject: 'definitions.workflows.update',
  question: scoped.extend({
    workflow_id: z.string(),
    patch: z.unknown().optional(),
    if_version: z.number().int().optional(),
  }),
  answer: workflowResourceSchema,
});

/** Deletes a workflow: it starts no more; its executions stay readable. Errors: WORKFLOW_NOT_FOUND. */
export const DeleteWorkflow = defineRequest({
  subject: 'definitions.workflows.delete',
  question: scoped.extend({ workflow_id: z.string() }),
  answer: z.object({ id: z.string(), deleted: z.literal(true) }),
});
