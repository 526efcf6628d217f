import { z } from 'zod';
import { LIMITS } from '../limits.js';
import {
  approvalLinkBodySchema,
  approvalLinkSchema,
  approvalListQuery,
  approvalListSchema,
  approvalResourceSchema,
  decideBodySchema,
} from './approvals.js';
import { defineEndpoint } from './endpoint.js';

const group = 'Approvals';

const PENDING = {
  id: 'appr_01m887wqp5fkp3j7e18anavgwwk2wq7t5xz3uzrb4ezwhaiy3f5e',
  execution_id: 'exec_01m887wqp5fkp3j7e18anavgww',
  workflow_id: 'wf_01kaxh3v9m0000000000000001',
  step_path: 'allow',
  status: 'pending',
  message: 'Pay 812 € to Example Ltd?',
  data: { invoice: 'R-4711', amount: 812 },
  approvers: ['ada@example.com', 'bob@example.com'],
  required: 1,
  decisions: [],
  mails: [
    {
      to: 'ada@example.com',
      reminder: 0,
      result: 'sent',
      attempt: 1,
      at: '2026-11-25T09:00:00.412Z',
      message_id: '<5fc8a1d02b7e4f63@example.com>',
      error: null,
      retry_at: null,
    },
  ],
  requested_at: '2026-11-25T09:00:00.061Z',
  expires_at: '2026-11-28T09:00:00.060Z',
  decided_at: null,
} as const;

const APPROVED = {
  ...PENDING,
  status: 'approved',
  decisions: [{ by: 'ada@example.com', approved: true, comment: 'Looks right', at: '2026-11-25T09:12:31.500Z' }],
  decided_at: '2026-11-25T09:12:31.500Z',
} as const;

/** The endpoints of approvals. */
export const approvalEndpoints = {
  list: defineEndpoint({
    id: 'listApprovals',
    method: 'GET',
    path: '/v1/approvals',
    group,
    summary: 'List what executions ask people',
    description: 'Those that were asked for last first. A decision is seen here within moments, and at once by its id.',
    access: 'executions:read',
    query: approvalListQuery,
    answer: {
      status: 200,
      description: 'One page.',
      schema: approvalListSchema,
      example: { approvals: [{ ...PENDING, approvers: [...PENDING.approvers] }], next_cursor: null, has_more: false },
    },
  }),

  get: defineEndpoint({
    id: 'getApproval',
    method: 'GET',
    path: '/v1/approvals/{approval_id}',
    group,
    summary: 'Get an approval',
    access: 'executions:read',
    answer: {
      status: 200,
      description: 'The approval.',
      schema: approvalResourceSchema,
      example: PENDING,
    },
  }),

  decide: defineEndpoint({
    id: 'decideApproval',
    method: 'POST',
    path: '/v1/approvals/{approval_id}/decide',
    group,
    summary: 'Approve or reject',
    description:
      'In the name of the token. Each approver decides once. With enough approvals, or one rejection, the execution goes on; a decision that was taken is never lost.',
    access: 'executions:write',
    audit: { resource: 'approval', action: 'decide' },
    body: {
      type: 'json',
      schema: decideBodySchema,
      limitBytes: LIMITS.approvalBodyBytes,
      example: { approved: true, comment: 'Looks right' },
    },
    answer: {
      status: 200,
      description: 'The approval with the decision.',
      schema: approvalResourceSchema,
      example: APPROVED,
    },
    errors: ['APPROVAL_DECIDED', 'EXECUTION_FINISHED', 'QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),

  createLink: defineEndpoint({
    id: 'createApprovalLink',
    method: 'POST',
    path: '/v1/approvals/{approval_id}/links',
    group,
    summary: 'Make a link by which a person decides',
    description:
      'For people without a token: send it to the approver, and to nobody else. It shows a page; only its buttons decide, once. Whoever makes links can decide in the name of all approvers, and so needs the scope of those who change workflows.',
    access: 'workflows:write',
    audit: { resource: 'approval', action: 'link' },
    body: {
      type: 'json',
      schema: approvalLinkBodySchema,
      limitBytes: LIMITS.approvalBodyBytes,
      example: { approver: 'ada@example.com' },
    },
    answer: {
      status: 201,
      description: 'The link.',
      schema: approvalLinkSchema,
      example: {
        approval_id: PENDING.id,
        approver: 'ada@example.com',
        url: `https://millrace.example.com/v1/approvals/${PENDING.id}/links/k2wq7t5xz3uzrb4ezwhaiy3f5ek2wq7t`,
        expires_at: PENDING.expires_at,
      },
    },
    errors: ['APPROVAL_DECIDED', 'EXECUTION_FINISHED', 'QUOTA_EXCEEDED'],
  }),
};

const page = z.string();
const HTML = 'text/html';

/** The pages of links: for people, and no part of the API. */
export const approvalLinkEndpoints = {
  show: defineEndpoint({
    id: 'showApprovalPage',
    method: 'GET',
    path: '/v1/approvals/{approval_id}/links/{link_token}',
    group,
    summary: 'The page of a link',
    access: 'public',
    answer: { status: 200, description: 'The page.', schema: page, mediaType: HTML },
    errors: ['RATE_LIMIT_EXCEEDED', 'SERVICE_UNAVAILABLE'],
    undocumented: true,
  }),

  decide: defineEndpoint({
    id: 'decideOnApprovalPage',
    method: 'POST',
    path: '/v1/approvals/{approval_id}/links/{link_token}',
    group,
    summary: 'A decision on the page of a link',
    access: 'public',
    body: { type: 'raw', schema: z.string(), limitBytes: LIMITS.approvalBodyBytes },
    answer: { status: 200, description: 'The page.', schema: page, mediaType: HTML },
    errors: ['RATE_LIMIT_EXCEEDED', 'SERVICE_UNAVAILABLE', 'STORAGE_FULL'],
    undocumented: true,
  }),
};
