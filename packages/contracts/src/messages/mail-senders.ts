import { z } from 'zod';
import {
  mailSenderListSchema,
  mailSenderRequestSchema,
  mailSenderResourceSchema,
  mailSenderTestSchema,
} from '../http/mail-senders.js';
import { defineRequest } from '../message.js';
import { deletedName, ifVersion, named, page, scoped } from './question-parts.js';

/** A page of the organisation's mail senders, by name, without passwords. */
export const ListMailSenders = defineRequest({
  subject: 'definitions.mail-senders.list',
  question: scoped.extend(page),
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
  question: named.extend({ sender: mailSenderRequestSchema, ...ifVersion }),
  answer: mailSenderResourceSchema,
});

/** Errors: MAIL_SENDER_NOT_FOUND, VERSION_CONFLICT. */
export const DeleteMailSender = defineRequest({
  subject: 'definitions.mail-senders.delete',
  question: named.extend(ifVersion),
  answer: deletedName,
});

/** Sends an e-mail to one address. Errors: MAIL_SENDER_NOT_FOUND, INVALID_INPUT, SECRET_UNREADABLE and those of an `email` step. */
export const TestMailSender = defineRequest({
  subject: 'executor.mail-senders.test',
  question: named.extend({ to: z.string() }),
  answer: mailSenderTestSchema,
});
