import { LIMITS } from '../limits.js';
import { defineEndpoint } from './endpoint.js';
import { ETAG, IF_MATCH } from './entity-tags.js';
import {
  mailSenderBodySchema,
  mailSenderListSchema,
  mailSenderResourceSchema,
  mailSenderTestBodySchema,
  mailSenderTestSchema,
} from './mail-senders.js';
import { settingListQuery } from './settings.js';

const ACCOUNT = {
  host: 'smtp.example.com',
  port: 587,
  tls: 'starttls',
  user: 'support',
  from: 'Support <support@example.com>',
  rate_per_minute: 60,
} as const;

const SENDER = {
  id: 'snd_01kaxh3v9m0000000000000001',
  name: 'support',
  description: 'Of the support team',
  version: 1,
  created_at: '2026-11-25T09:00:00.000Z',
  updated_at: '2026-11-25T09:00:00.000Z',
  ...ACCOUNT,
  dkim: { domain: 'example.com', selector: 'mail2026' },
} as const;

/** The endpoints of the accounts that e-mail steps send by. */
export const mailSenderEndpoints = {
  list: defineEndpoint({
    id: 'listMailSenders',
    method: 'GET',
    path: '/v1/mail/senders',
    group: 'Mail',
    summary: 'List mail senders, by name',
    description: 'Passwords are never returned.',
    access: 'settings:read',
    query: settingListQuery,
    answer: {
      status: 200,
      description: 'One page.',
      schema: mailSenderListSchema,
      example: { senders: [SENDER], next_cursor: null, has_more: false },
    },
  }),

  get: defineEndpoint({
    id: 'getMailSender',
    method: 'GET',
    path: '/v1/mail/senders/{sender_name}',
    group: 'Mail',
    summary: 'Read a mail sender',
    access: 'settings:read',
    answer: {
      status: 200,
      description: 'The sender, without its password.',
      schema: mailSenderResourceSchema,
      headers: ETAG,
      example: SENDER,
    },
  }),

  put: defineEndpoint({
    id: 'putMailSender',
    method: 'PUT',
    path: '/v1/mail/senders/{sender_name}',
    group: 'Mail',
    summary: 'Store a mail sender',
    description:
      'Makes it, or replaces it whole. `email` steps that name it in `sender` use the new one from then on. It is not tried: for that there is a call of its own.',
    access: 'secrets:write',
    audit: { resource: 'mail_sender', action: 'put' },
    headers: IF_MATCH,
    body: {
      type: 'json',
      schema: mailSenderBodySchema,
      limitBytes: LIMITS.settingsBodyBytes,
      example: { ...ACCOUNT, password: 'correct-horse-battery-staple', description: 'Of the support team' },
    },
    answer: {
      status: 200,
      description: 'The sender, without its password.',
      schema: mailSenderResourceSchema,
      headers: ETAG,
      example: SENDER,
    },
    errors: ['VERSION_CONFLICT', 'QUOTA_EXCEEDED', 'STORAGE_FULL'],
  }),

  delete: defineEndpoint({
    id: 'deleteMailSender',
    method: 'DELETE',
    path: '/v1/mail/senders/{sender_name}',
    group: 'Mail',
    summary: 'Delete a mail sender',
    description: 'Steps that name it fail from then on.',
    access: 'secrets:write',
    audit: { resource: 'mail_sender', action: 'delete' },
    headers: IF_MATCH,
    answer: { status: 204, description: 'It is deleted.' },
    errors: ['VERSION_CONFLICT', 'STORAGE_FULL'],
  }),

  test: defineEndpoint({
    id: 'testMailSender',
    method: 'POST',
    path: '/v1/mail/senders/{sender_name}/test',
    group: 'Mail',
    summary: 'Send an e-mail by a mail sender',
    description: `Sends a short e-mail, and returns what the mail server said to it, within ${LIMITS.mailTestMs / 1_000} seconds.`,
    access: 'secrets:write',
    audit: { resource: 'mail_sender', action: 'test' },
    body: {
      type: 'json',
      schema: mailSenderTestBodySchema,
      limitBytes: LIMITS.settingsBodyBytes,
      example: { to: 'ada@example.com' },
    },
    answer: {
      status: 200,
      description: 'The server took it.',
      schema: mailSenderTestSchema,
      example: {
        message_id: '<0f9f6c1a2b3c4d5e6f708192a3b4c5d6@example.com>',
        accepted: ['ada@example.com'],
        rejected: [],
      },
    },
    errors: ['EMAIL_REFUSED', 'EMAIL_FAILED', 'EMAIL_POSSIBLY_SENT', 'EMAIL_SERVER_BLOCKED', 'SECRET_UNREADABLE'],
  }),
};
