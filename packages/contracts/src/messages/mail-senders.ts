import { z } from 'zod';
import {
  mailSenderListSchema,
  mailSenderRequestSchema,
  mailSenderResourceSchema,
  mailSenderTestSchema,
} from '../http/mail-senders.js';
import { defineRequest } from '../message.js';

const scoped = z.object({ organisation_id: z.string() });
const named = scoped.extend({ name: z.string() });

/** A page of the organisation's mail senders, by name, without passwords. */
export const ListMailSenders = defineRequest({
  subject: 'definitions.mail-senders.list',
  question: scoped.extend({ limit: z.number().int().positive(), starting_after: z.string().optional() }),
  answer: mailSenderListSchema,
});

/** Errors: MAIL_SENDER_NOT_FOUND. */
export const GetMailSender = defineRequest({
  subject: 'definitions.mail-senders.get',
  question: named,
  answer: mailSenderResourceSchema,
});

/**
 * Stores a mail sender; returns once executions read it. Only this question has a password in clear text, and questions are stored
 * nowhere. Errors: INVALID_INPUT, QUOTA_EXCEEDED, VERSION_CONFLICT, SERVICE_UNAVAILABLE without a master key.
 */
export const PutMailSender = defineRequest({
  subject: 'definitions.mail-senders.put',
  question: named.extend({ sender: mailSenderRequestSchema, if_version: z.number().int().optional() }),
  answer: mailSenderResourceSchema,
});

/** Errors: MAIL_SENDER_NOT_FOUND, VERSION_CONFLICT. */
export const DeleteMailSender = defineRequest({
  subject: 'definitions.mail-senders.delete',
  question: named.extend({ if_version: z.number().int().optional() }),
  answer: z.object({ name: z.string(), deleted: z.literal(true) }),
});

/** Sends an e-mail to one address. Errors: MAIL_SENDER_NOT_FOUND, INVALID_INPUT, SECRET_UNREADABLE and those of an `email` step. */
export const TestMailSender = defineRequest({
  subject: 'executor.mail-senders.test',
  question: named.extend({ to: z.string() }),
  answer: mailSenderTestSchema,
});
