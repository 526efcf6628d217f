import { z } from 'zod';
import { ID_FORMS } from '../ids.js';
import { LIMITS } from '../limits.js';
import { defineEndpoint } from './endpoint.js';
import { ETAG, IF_MATCH } from './entity-tags.js';
import {
  mailboxListSchema,
  mailboxMessageListSchema,
  mailboxPatchSchema,
  mailboxRequestSchema,
  mailboxResourceSchema,
  mailboxTestBodySchema,
  mailboxTestSchema,
} from './mailboxes.js';

const group = 'Mailboxes';

const MAILBOX = {
  id: 'mbx_01kaxh3v9m0000000000000001',
  address: 'support@example.com',
  imap: {
    host: 'imap.example.com',
    port: 993,
    tls: 'implicit',
    user: 'support@example.com',
    auth: { type: 'password' },
    folder: 'INBOX',
  },
  since: 'now',
  after: 'keep',
  version: 1,
  created_at: '2026-11-25T09:00:00.000Z',
  updated_at: '2026-11-25T09:00:00.000Z',
  health: {
    state: 'healthy',
    connected: true,
    last_poll_at: '2026-11-25T09:05:00.000Z',
    last_message_at: null,
    lag_seconds: 12,
    error: null,
  },
} as const;

const REQUEST = {
  address: 'support@example.com',
  imap: {
    host: 'imap.example.com',
    user: 'support@example.com',
    auth: { type: 'password', secret: 'correct-horse-battery-staple' },
  },
} as const;

const page = (after: z.ZodString) =>
  z.object({
    limit: z.int().min(1).max(LIMITS.pageSize).default(20),
    starting_after: after.optional().meta({ description: 'The `next_cursor` of the page before.' }),
  });

/** The endpoints of mailboxes. */
export const mailboxEndpoints = {
  list: defineEndpoint({
    id: 'listMailboxes',
    method: 'GET',
    path: '/v1/mailboxes',
    group,
    summary: 'List mailboxes, oldest first',
    description: 'Each with how it is doing. Secrets are never returned.',
    access: 'triggers:read',
    query: page(
      z.string().regex(ID_FORMS.mailbox, 'starting_after must be a mailbox id, the next_cursor of the page before'),
    ),
    answer: {
      status: 200,
      description: 'One page.',
      schema: mailboxListSchema,
      example: { mailboxes: [MAILBOX], next_cursor: null, has_more: false },
    },
  }),

  create: defineEndpoint({
    id: 'createMailbox',
    method: 'POST',
    path: '/v1/mailboxes',
    group,
    summary: 'Set up a mailbox',
    description:
      'It is watched from then on. The login is not tried before the response: `health` of the mailbox says within seconds whether it works.',
    access: 'triggers:write',
    audit: { resource: 'mailbox', action: 'create', made: true },
    body: { type: 'json', schema: mailboxRequestSchema, limitBytes: LIMITS.settingsBodyBytes, example: REQUEST },
    answer: {
      status: 201,
      description: 'The mailbox, without its secret.',
      schema: mailboxResourceSchema,
      headers: ETAG,
      example: MAILBOX,
    },
    errors: ['QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),

  get: defineEndpoint({
    id: 'getMailbox',
    method: 'GET',
    path: '/v1/mailboxes/{mailbox_id}',
    group,
    summary: 'Get a mailbox',
    access: 'triggers:read',
    answer: {
      status: 200,
      description: 'The mailbox, without its secret.',
      schema: mailboxResourceSchema,
      headers: ETAG,
      example: MAILBOX,
    },
  }),

  update: defineEndpoint({
    id: 'updateMailbox',
    method: 'PATCH',
    path: '/v1/mailboxes/{mailbox_id}',
    group,
    summary: 'Change a mailbox',
    description:
      'What is left out stays. One that was stopped because of its login is tried again. Another host, user or folder is begun as a new mailbox is.',
    access: 'triggers:write',
    audit: { resource: 'mailbox', action: 'update' },
    headers: IF_MATCH,
    body: {
      type: 'json',
      schema: mailboxPatchSchema,
      limitBytes: LIMITS.settingsBodyBytes,
      example: { imap: { auth: { secret: 'another-horse-battery-staple' } } },
    },
    answer: {
      status: 200,
      description: 'The mailbox as it is now.',
      schema: mailboxResourceSchema,
      headers: ETAG,
      example: { ...MAILBOX, version: 2 },
    },
    errors: ['VERSION_CONFLICT', 'QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),

  delete: defineEndpoint({
    id: 'deleteMailbox',
    method: 'DELETE',
    path: '/v1/mailboxes/{mailbox_id}',
    group,
    summary: 'Delete a mailbox',
    description: 'It is not watched any more. Nothing changes on its server.',
    access: 'triggers:write',
    audit: { resource: 'mailbox', action: 'delete' },
    headers: IF_MATCH,
    answer: { status: 204, description: 'It is deleted.' },
    errors: ['VERSION_CONFLICT', 'STORAGE_FULL'],
  }),

  test: defineEndpoint({
    id: 'testMailbox',
    method: 'POST',
    path: '/v1/mailboxes/{mailbox_id}/test',
    group,
    summary: 'Test a mailbox',
    description: `Connects with what is stored, or with what the body gives in its place, and looks into the folder; nothing is started or changed. What is wrong is in \`problem\`, also with status 200. It takes ${LIMITS.mailboxTestMs / 1_000} seconds at most. An organisation may make ${LIMITS.mailboxTestsPerMinute} tests a minute.`,
    access: 'triggers:write',
    audit: { resource: 'mailbox', action: 'test' },
    body: {
      type: 'json',
      schema: mailboxTestBodySchema,
      limitBytes: LIMITS.settingsBodyBytes,
      optional: true,
      example: { imap: { folder: 'Orders' } },
    },
    answer: {
      status: 200,
      description: 'What the test found.',
      schema: mailboxTestSchema,
      example: {
        ok: true,
        problem: null,
        folder: { name: 'Orders', messages: 214 },
        move_folder: null,
        messages: [
          {
            message_id: '<1234@example.com>',
            sender: 'ada@example.com',
            subject: 'Order 1234',
            arrived_at: '2026-11-25T09:05:00.000Z',
            automatic: false,
            automatic_kind: null,
            has_attachment: true,
            verdict: 'started',
            reason: null,
            workflow_ids: ['wf_01kaxh3v9m0000000000000001'],
          },
        ],
      },
    },
    errors: ['INVALID_INPUT', 'RATE_LIMIT_EXCEEDED', 'SERVICE_UNAVAILABLE'],
  }),

  messages: defineEndpoint({
    id: 'listMailboxMessages',
    method: 'GET',
    path: '/v1/mailboxes/{mailbox_id}/messages',
    group,
    summary: 'List what came into a mailbox, newest first',
    description: 'Each message with what became of it, for 30 days.',
    access: 'triggers:read',
    query: page(z.string().regex(/^msg_[0-9a-z]{26}$/, 'starting_after must be the next_cursor of the page before')),
    answer: {
      status: 200,
      description: 'One page.',
      schema: mailboxMessageListSchema,
      example: {
        messages: [
          {
            id: 'msg_01kaxh3v9m0000000000000001',
            message_id: '<1234@example.com>',
            sender: 'ada@example.com',
            subject: 'Order 1234',
            seen_at: '2026-11-25T09:05:00.000Z',
            verdict: 'started',
            reason: null,
            execution_ids: ['exec_01m887wqp5fkp3j7e18anavgww'],
          },
        ],
        next_cursor: null,
        has_more: false,
      },
    },
  }),
};
