import { z } from 'zod';
import { defineRequest } from '../message.js';
import {
  mailboxHealthSchema,
  mailboxMessageListSchema,
  mailboxPatchSchema,
  mailboxRequestSchema,
  mailboxTestBodySchema,
  mailboxTestSchema,
  storedMailboxSchema,
} from '../http/mailboxes.js';
import { deletedId, ifVersion, page, scoped } from './question-parts.js';

const ofMailbox = scoped.extend({ mailbox_id: z.string() });

/** A page of the organisation's mailboxes, without secrets. */
export const ListMailboxes = defineRequest({
  subject: 'definitions.mailboxes.list',
  question: scoped.extend(page),
  answer: z.object({
    mailboxes: z.array(storedMailboxSchema),
    next_cursor: z.string().nullable(),
    has_more: z.boolean(),
  }),
});

/** Errors: MAILBOX_NOT_FOUND. */
export const GetMailbox = defineRequest({
  subject: 'definitions.mailboxes.get',
  question: ofMailbox,
  answer: storedMailboxSchema,
});

/**
 * Stores a mailbox. Only this question and {@link UpdateMailbox} have its secret in clear text, and questions are stored
 * nowhere. Errors: QUOTA_EXCEEDED, SERVICE_UNAVAILABLE without a master key.
 */
export const CreateMailbox = defineRequest({
  subject: 'definitions.mailboxes.create',
  question: scoped.extend({ mailbox: mailboxRequestSchema }),
  answer: storedMailboxSchema,
});

/** Errors: MAILBOX_NOT_FOUND, INVALID_INPUT when the secret would go to another server, QUOTA_EXCEEDED, VERSION_CONFLICT. */
export const UpdateMailbox = defineRequest({
  subject: 'definitions.mailboxes.update',
  question: ofMailbox.extend({ patch: mailboxPatchSchema, ...ifVersion }),
  answer: storedMailboxSchema,
});

/** Errors: MAILBOX_NOT_FOUND, VERSION_CONFLICT. */
export const DeleteMailbox = defineRequest({
  subject: 'definitions.mailboxes.delete',
  question: ofMailbox.extend(ifVersion),
  answer: deletedId,
});

/** How mailboxes of the organisation are doing, by their ids; those that nobody has looked at are missing. */
export const GetMailboxHealth = defineRequest({
  subject: 'mail.mailboxes.health',
  question: scoped.extend({ mailbox_ids: z.array(z.string()) }),
  answer: z.object({ health: z.record(z.string(), mailboxHealthSchema) }),
});

/**
 * Tries the account of a mailbox of the organisation, with changes; a secret among them is in clear text, and questions are stored nowhere. Errors:
 * MAILBOX_NOT_FOUND, INVALID_INPUT when the stored secret would go to another server, RATE_LIMIT_EXCEEDED.
 */
export const TestMailbox = defineRequest({
  subject: 'mail.mailboxes.test',
  question: ofMailbox.extend({ changes: mailboxTestBodySchema }),
  answer: mailboxTestSchema,
});

/** A page of what came into a mailbox of the organisation; empty for one that it has not. */
export const ListMailboxMessages = defineRequest({
  subject: 'mail.mailboxes.messages',
  question: ofMailbox.extend(page),
  answer: mailboxMessageListSchema,
});
