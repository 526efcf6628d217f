import { z } from 'zod';
import { ID_FORMS } from '../ids.js';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';

/** Longest name of an approver: as an address of an e-mail. */
const APPROVER_CHARACTERS = 320;

export const approvalStatusSchema = z.enum(['pending', 'approved', 'rejected', 'expired', 'cancelled']).meta({
  description:
    '`expired`: nobody has decided in time. `cancelled`: the step has ended for another reason, most often because its execution was cancelled.',
});
export type ApprovalStatus = z.output<typeof approvalStatusSchema>;

/** What one approver has decided. */
export const approvalDecisionSchema = z
  .object({
    by: z.string().meta({ description: 'The id of the token, or for whom the link was made.' }),
    approved: z.boolean(),
    comment: z.string().nullable(),
    at: z.string(),
  })
  .register(apiSchemas, { id: 'ApprovalDecision' });
export type ApprovalDecision = z.output<typeof approvalDecisionSchema>;

/** What comes of a mail to an approver. */
export const APPROVAL_MAIL_RESULTS = ['sent', 'failed', 'unsure'] as const;

/** The latest mail to one approver. */
export const approvalMailSchema = z
  .object({
    to: z.string().meta({ description: 'The approver.' }),
    reminder: z.int().meta({ description: 'Of which reminder it is; 0 for the request itself.' }),
    result: z.enum(APPROVAL_MAIL_RESULTS).meta({
      description:
        '`sent`: a mail server has taken it. `unsure`: the server had all of it and the connection broke; it is not sent again. `failed`: see `error`.',
    }),
    attempt: z.int(),
    at: z.string(),
    message_id: z.string().nullable(),
    error: z
      .object({ code: z.string(), message: z.string() })
      .nullable()
      .meta({ description: 'Why it failed, or why nobody knows.' }),
    retry_at: z.string().nullable().meta({ description: 'When it is tried again; null when it is not.' }),
  })
  .register(apiSchemas, { id: 'ApprovalMail' });
export type ApprovalMail = z.output<typeof approvalMailSchema>;

/** What a step asks people. Times are ISO 8601 in UTC. */
export const approvalResourceSchema = z
  .object({
    id: z.string(),
    execution_id: z.string(),
    workflow_id: z.string(),
    step_path: z.string(),
    status: approvalStatusSchema,
    message: z.string(),
    data: z.unknown().meta({ description: 'What the approvers are shown; null for nothing.' }),
    approvers: z
      .array(z.string())
      .nullable()
      .meta({ description: 'Who may decide; null: whoever has a token with the scope.' }),
    required: z.number().int().meta({ description: 'How many have to approve. One rejection is enough.' }),
    decisions: z.array(approvalDecisionSchema).meta({ description: 'In the order in which they were taken.' }),
    mails: z
      .array(approvalMailSchema)
      .meta({ description: 'The latest mail to each approver, where the step sends them.' }),
    requested_at: z.string(),
    expires_at: z.string(),
    decided_at: z.string().nullable().meta({ description: 'When it was no longer pending; null while it is.' }),
  })
  .register(apiSchemas, { id: 'Approval' });
export type ApprovalResource = z.output<typeof approvalResourceSchema>;

/** One page of approvals, those that were asked for last first. */
export const approvalListSchema = z
  .object({
    approvals: z.array(approvalResourceSchema),
    next_cursor: z.string().nullable(),
    has_more: z.boolean(),
  })
  .register(apiSchemas, { id: 'ApprovalList' });
export type ApprovalList = z.output<typeof approvalListSchema>;

/** The query of the list. */
export const approvalListQuery = z.object({
  limit: z.int().min(1).max(LIMITS.approvalPageSize).default(20),
  starting_after: z
    .string()
    .regex(ID_FORMS.approval, 'starting_after must be the id of an approval, the next_cursor of the page before')
    .optional()
    .meta({ description: 'The `next_cursor` of the page before.' }),
  status: approvalStatusSchema.optional(),
  workflow_id: z
    .string()
    .regex(ID_FORMS.workflow, 'workflow_id must be the id of a workflow')
    .optional()
    .meta({ description: 'Only of this workflow.' }),
  execution_id: z
    .string()
    .regex(ID_FORMS.execution, 'execution_id must be the id of an execution')
    .optional()
    .meta({ description: 'Only of this execution.' }),
});

const comment = z
  .string()
  .max(LIMITS.approvalCommentCharacters)
  .meta({ description: 'Kept with the decision, also in the output of the step.' });

/** Body of POST /v1/approvals/{approval_id}/decide. */
export const decideBodySchema = z
  .strictObject({ approved: z.boolean().meta({ description: 'False rejects it.' }), comment: comment.optional() })
  .register(apiSchemas, { id: 'ApprovalDecisionRequest' });

/** Body of POST /v1/approvals/{approval_id}/links. */
export const approvalLinkBodySchema = z
  .strictObject({
    approver: z
      .string()
      .min(1)
      .max(APPROVER_CHARACTERS)
      .refine((name) => !ID_FORMS.token.test(name), { error: 'must be a person: a token decides with the API' })
      .meta({ description: 'For whom it is: one of the `approvers`, where the approval names them.' }),
  })
  .register(apiSchemas, { id: 'ApprovalLinkRequest' });

/** A link by which one person decides without a token. */
export const approvalLinkSchema = z
  .object({
    approval_id: z.string(),
    approver: z.string(),
    url: z.string().meta({ description: 'Shown this once. Whoever has it decides in the name of the approver.' }),
    expires_at: z.string(),
  })
  .register(apiSchemas, { id: 'ApprovalLink' });
export type ApprovalLink = z.output<typeof approvalLinkSchema>;
