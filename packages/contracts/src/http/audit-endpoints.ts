import { auditLogQuery, auditLogSchema } from './audit-log.js';
import { defineEndpoint } from './endpoint.js';

const HASH = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

const ENTRY = {
  id: 'aud_01kaxh3v9m0000000000000001',
  at: '2026-11-25T09:00:00.000Z',
  actor: { type: 'token', id: 'tok_01kaxh3v9m0000000000000001', name: 'Deployment' },
  action: 'create',
  resource: { type: 'workflow', id: 'wf_01kaxh3v9m0000000000000001' },
  outcome: 'succeeded',
  error: null,
  before: null,
  after: { hash: HASH, version: 1 },
  address: '192.0.2.10',
  request_id: 'req_abcdefghijklmnopqrst',
} as const;

/** The endpoints of the audit log. */
export const auditEndpoints = {
  list: defineEndpoint({
    id: 'listAuditLog',
    method: 'GET',
    path: '/v1/audit-log',
    group: 'Audit log',
    summary: 'List what was changed, and by whom, newest first',
    description:
      'Every write of the API, those of the operator too where they are about the organisation. Starts of executions are not in it, and no entry has anything secret.',
    access: 'audit:read',
    query: auditLogQuery,
    answer: {
      status: 200,
      description: 'One page.',
      schema: auditLogSchema,
      example: { entries: [ENTRY], next_cursor: null, has_more: false },
    },
  }),
};
