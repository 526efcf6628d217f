import { z } from 'zod';
import {
  approvalListSchema,
  approvalMailSchema,
  approvalResourceSchema,
  approvalStatusSchema,
} from '../http/approvals.js';
import { defineRequest } from '../message.js';
import { openEnum } from '../open-values.js';
import { page, scoped } from './question-parts.js';

/* A history of the release before says nothing of mails. */
const approval = approvalResourceSchema.extend({ mails: z.array(approvalMailSchema).default([]) });

const ofApproval = scoped.extend({ approval_id: z.string() });
const decision = {
  approved: z.boolean(),
  comment: z.string().optional(),
  /** Distinguishes a repetition from another decision. */
  decision_id: z.string(),
};

/** A page of the organisation's approvals. */
export const ListApprovals = defineRequest({
  subject: 'history.approvals.list',
  question: scoped.extend({
    ...page,
    status: openEnum(approvalStatusSchema.options).optional(),
    workflow_id: z.string().optional(),
    execution_id: z.string().optional(),
  }),
  answer: approvalListSchema.extend({ approvals: z.array(approval) }),
});

/** Errors: APPROVAL_NOT_FOUND, SERVICE_UNAVAILABLE. */
export const GetApproval = defineRequest({
  subject: 'history.approvals.get',
  question: ofApproval,
  answer: approval,
});

/**
 * Takes a decision; returns the approval once the journal of its execution has it. Errors: APPROVAL_NOT_FOUND, APPROVAL_DECIDED, EXECUTION_FINISHED, FORBIDDEN,
 * STORAGE_FULL, SERVICE_UNAVAILABLE.
 */
export const DecideApproval = defineRequest({
  subject: 'history.approvals.decide',
  question: ofApproval.extend({ ...decision, by: z.string() }),
  answer: approval,
});

/** Makes a link of an approver. Errors: APPROVAL_NOT_FOUND, APPROVAL_DECIDED, EXECUTION_FINISHED, INVALID_INPUT, QUOTA_EXCEEDED. */
export const CreateApprovalLink = defineRequest({
  subject: 'history.approvals.create-link',
  question: ofApproval.extend({
    approver: z.string(),
    /** It goes into a mail of the step, and not to whoever asked for it by the API. */
    mailed: z.boolean().optional(),
  }),
  answer: z.object({ link_token: z.string(), expires_at: z.string() }),
});

const byLink = z.object({ approval_id: z.string(), link_token: z.string() });
const linked = z.object({
  /** Whose it is: who called does not know, and does not learn it. */
  organisation_id: z.string(),
  approver: z.string(),
  approval,
});

/** What a link is to. Errors: APPROVAL_NOT_FOUND for whatever is wrong with it, SERVICE_UNAVAILABLE. */
export const GetApprovalByLink = defineRequest({
  subject: 'history.approvals.get-by-link',
  question: byLink,
  answer: linked,
});

/** As {@link DecideApproval}, in the name of whom the link is for. */
export const DecideByLink = defineRequest({
  subject: 'history.approvals.decide-by-link',
  question: byLink.extend(decision),
  answer: linked,
});
