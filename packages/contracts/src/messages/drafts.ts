import { z } from 'zod';
import { defineRequest } from '../message.js';
import { workflowDraftSchema } from '../http/workflow-drafts.js';
import { workflowResourceSchema } from '../http/workflows.js';

const ofDraft = z.object({ organisation_id: z.string(), workflow_id: z.string() });
/** `if_version` is of the draft. */
const guarded = ofDraft.extend({ if_version: z.number().int().optional() });
const author = { token_id: z.string().optional() };

/** The working copy of a workflow. Errors: WORKFLOW_NOT_FOUND, DRAFT_NOT_FOUND. */
export const GetWorkflowDraft = defineRequest({
  subject: 'definitions.drafts.get',
  question: ofDraft,
  answer: workflowDraftSchema,
});

/** Its document as YAML: the text that it is written as, if it is one. Errors: WORKFLOW_NOT_FOUND, DRAFT_NOT_FOUND. */
export const GetWorkflowDraftText = defineRequest({
  subject: 'definitions.drafts.text',
  question: ofDraft,
  answer: z.object({ version: z.number().int(), text: z.string() }),
});

/** Stores it, valid or not; without `document` the one that `source` says. Errors: WORKFLOW_NOT_FOUND, VERSION_CONFLICT, INVALID_INPUT for what is no document at all, QUOTA_EXCEEDED. */
export const PutWorkflowDraft = defineRequest({
  subject: 'definitions.drafts.put',
  question: guarded.extend({
    document: z.unknown().optional(),
    source: z.string().nullable().optional(),
    pins: z.unknown().optional(),
    based_on: z.number().int().nullable().optional(),
    ...author,
  }),
  answer: workflowDraftSchema,
});

/** Errors: WORKFLOW_NOT_FOUND, DRAFT_NOT_FOUND, VERSION_CONFLICT. */
export const DeleteWorkflowDraft = defineRequest({
  subject: 'definitions.drafts.delete',
  question: guarded,
  answer: z.object({ workflow_id: z.string(), deleted: z.literal(true) }),
});

/**
 * Makes its document the next version of the workflow. Errors: WORKFLOW_NOT_FOUND, DRAFT_NOT_FOUND, VERSION_CONFLICT also when the workflow
 * is not at the version that the draft is based on, INVALID_INPUT, QUOTA_EXCEEDED.
 */
export const PublishWorkflowDraft = defineRequest({
  subject: 'definitions.drafts.publish',
  question: guarded.extend({ note: z.string().optional(), activate: z.boolean().optional(), ...author }),
  answer: workflowResourceSchema,
});
