import type { WorkflowStatus } from '@millrace/schema';
import { z } from 'zod';
import { defineRequest } from '../message.js';
import {
  workflowVersionDiffSchema,
  workflowVersionListSchema,
  workflowVersionSchema,
} from '../http/workflow-versions.js';
import { workflowValidationSchema } from '../http/workflow-validation.js';
import { openEnum } from '../open-values.js';
import { deletedId, scoped } from './question-parts.js';
import {
  workflowListSchema,
  workflowOrderSchema,
  workflowResourceSchema,
  workflowStatusSchema,
  workflowSummarySchema,
} from '../http/workflows.js';

const ofWorkflow = scoped.extend({ workflow_id: z.string() });
/** The id of the token that the call was made with: what it writes says so. Absent from gateways before 0.2. */
const author = { token_id: z.string().optional() };
/** The document as YAML, in the place of the parsed one. Absent from gateways before 0.2. */
const asText = { source: z.string().optional() };

/** Validates and stores a new workflow as version 1; returns the stored resource. Errors: INVALID_INPUT with all issues. */
export const CreateWorkflow = defineRequest({
  subject: 'definitions.workflows.create',
  question: scoped.extend({ document: z.unknown().optional(), ...asText, ...author }),
  answer: workflowResourceSchema,
});

/** What saving a document would say, and what an execution of it would do; stores nothing. */
export const ValidateWorkflow = defineRequest({
  subject: 'definitions.workflows.validate',
  question: scoped.extend({ document: z.unknown().optional(), ...asText }),
  answer: workflowValidationSchema,
});

/** One workflow. Errors: WORKFLOW_NOT_FOUND. */
export const GetWorkflow = defineRequest({
  subject: 'definitions.workflows.get',
  question: scoped.extend({ workflow_id: z.string() }),
  answer: workflowResourceSchema,
});

/**
 * The document of a workflow, or of one of its versions, as YAML: with the comments that it was saved with, if it was saved as YAML. Errors:
 * WORKFLOW_NOT_FOUND, and for a version VERSION_NOT_FOUND, VERSION_PRUNED.
 */
export const GetWorkflowText = defineRequest({
  subject: 'definitions.workflows.text',
  question: ofWorkflow.extend({ version: z.number().int().optional() }),
  answer: z.object({ version: z.number().int(), text: z.string() }),
});

/** An entry of the list, without what other services know. A `definitions` of an earlier version knows neither tags nor triggers. */
const listedWorkflowSchema = workflowSummarySchema.partial({
  tags: true,
  triggers: true,
  last_execution: true,
  next_run_at: true,
});

/** A page of workflows. A `definitions` of an earlier version knows `status` alone, and lists newest first. */
export const ListWorkflows = defineRequest({
  subject: 'definitions.workflows.list',
  question: scoped.extend({
    page: z.number().int().positive(),
    per_page: z.number().int().positive(),
    status: (openEnum(workflowStatusSchema.options) as z.ZodType<WorkflowStatus>).optional(),
    q: z.string().optional(),
    tag: z.string().optional(),
    trigger_type: z.string().optional(),
    deleted: z.boolean().optional(),
    sort: workflowOrderSchema.optional(),
  }),
  answer: workflowListSchema.extend({ workflows: z.array(listedWorkflowSchema) }),
});
export type ListedWorkflows = z.output<typeof ListWorkflows.answer>;

/** Notes when workflows last ran, for lists that are ordered by it. What is older than what is noted changes nothing. */
export const RecordWorkflowRuns = defineRequest({
  subject: 'definitions.workflows.record-runs',
  question: z.object({
    runs: z
      .array(z.object({ organisation_id: z.string(), workflow_id: z.string(), accepted_at: z.string() }))
      .max(1_000),
  }),
  answer: z.object({ recorded: z.number().int() }),
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
    ...asText,
    if_version: z.number().int().optional(),
    ...author,
  }),
  answer: workflowResourceSchema,
});

/** The same with `patch` as a JSON Merge Patch (RFC 7396) of the document. */
export const PatchWorkflow = defineRequest({
  subject: 'definitions.workflows.patch',
  question: UpdateWorkflow.question,
  answer: workflowResourceSchema,
});

/** Deletes a workflow: it starts no more; its executions stay readable. Errors: WORKFLOW_NOT_FOUND, VERSION_CONFLICT. */
export const DeleteWorkflow = defineRequest({
  subject: 'definitions.workflows.delete',
  question: ofWorkflow.extend({ if_version: z.number().int().optional() }),
  answer: deletedId,
});

/** Undoes a delete. Errors: WORKFLOW_NOT_FOUND also when it is too late, QUOTA_EXCEEDED. */
export const RestoreWorkflow = defineRequest({
  subject: 'definitions.workflows.restore',
  question: ofWorkflow.extend(author),
  answer: workflowResourceSchema,
});

/** Makes a draft of the same document, with addresses of its own. Errors: WORKFLOW_NOT_FOUND, INVALID_INPUT, QUOTA_EXCEEDED. */
export const DuplicateWorkflow = defineRequest({
  subject: 'definitions.workflows.duplicate',
  question: ofWorkflow.extend(author),
  answer: workflowResourceSchema,
});

/** A page of the versions of a workflow, newest first; `before` is the number of the last one of the page before. Errors: WORKFLOW_NOT_FOUND. */
export const ListWorkflowVersions = defineRequest({
  subject: 'definitions.workflow-versions.list',
  question: ofWorkflow.extend({ limit: z.number().int().positive(), before: z.number().int().optional() }),
  answer: workflowVersionListSchema,
});

/** One version. Errors: WORKFLOW_NOT_FOUND, VERSION_NOT_FOUND, VERSION_PRUNED. */
export const GetWorkflowVersion = defineRequest({
  subject: 'definitions.workflow-versions.get',
  question: ofWorkflow.extend({ version: z.number().int() }),
  answer: workflowVersionSchema,
});

/** What makes version `version` of version `against`, the one before it by default. Errors as of {@link GetWorkflowVersion}. */
export const DiffWorkflowVersions = defineRequest({
  subject: 'definitions.workflow-versions.diff',
  question: ofWorkflow.extend({ version: z.number().int(), against: z.number().int().optional() }),
  answer: workflowVersionDiffSchema,
});

/**
 * Makes the document of an earlier version the newest version again. Errors: WORKFLOW_NOT_FOUND, VERSION_NOT_FOUND,
 * VERSION_PRUNED, VERSION_CONFLICT, INVALID_INPUT when the document is not valid by the rules of today, QUOTA_EXCEEDED.
 */
export const RestoreWorkflowVersion = defineRequest({
  subject: 'definitions.workflow-versions.restore',
  question: ofWorkflow.extend({
    version: z.number().int(),
    if_version: z.number().int().optional(),
    ...author,
  }),
  answer: workflowResourceSchema,
});
