import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';
import { NOT_A_REFERENCE } from './given-secret.js';
import { serverHost } from './server-host.js';

/** What goes into a line of IMAP: nothing that could end the line. */
const text = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .refine((value) => !/\p{Cc}/u.test(value), { error: 'must not hold control characters' });

const address = text(320)
  .regex(/^[^\s@]+@[^\s@]+$/, { error: 'must be an e-mail address, or "*@" and a domain' })
  .meta({
    description:
      'The address that the mailbox receives; `*@example.com` for one that receives every address of a domain. It says which triggers the mailbox serves.',
  });
const host = serverHost(253, 'imap.example.com').meta({ description: 'The IMAP server.' });
const port = z.int().min(1).max(65_535);
const tls = z.enum(['implicit', 'starttls', 'none']).meta({
  description: 'By default `implicit`. `none` sends the secret in clear text: for servers of a trusted network only.',
});
const user = text(320);
const authType = z.enum(['password', 'xoauth2']).meta({ description: 'By default `password`.' });
const secret = text(LIMITS.mailboxSecretCharacters)
  .refine(...NOT_A_REFERENCE)
  .meta({
    description: 'The password, or the access token with `xoauth2`. It is never returned.',
  });
const folder = text(200).meta({ description: 'The folder that is watched, by default `INBOX`.' });
const after = text(205)
  .regex(/^(?:keep|seen|move:.+)$/, { error: 'must be "keep", "seen", or "move:" and the name of a folder' })
  .meta({
    description:
      'What is done with a message once it is dealt with: nothing (`keep`, by default), it is marked as seen (`seen`), or it is moved to another folder (`move:Done`), which is made if it is missing.',
  });

/** The body that makes a mailbox. */
export const mailboxRequestSchema = z
  .strictObject({
    address,
    imap: z.strictObject({
      host,
      port: port
        .optional()
        .meta({ description: 'By default 993, without implicit TLS 143. A usual one changes with `tls`.' }),
      tls: tls.optional(),
      user,
      auth: z.strictObject({ type: authType.optional(), secret }),
      folder: folder.optional(),
    }),
    since: z.enum(['now', 'all']).optional().meta({
      description:
        'Whether messages start workflows that its server got before the mailbox was set up: `all`, or by default `now`, none.',
    }),
    after: after.optional(),
  })
  .register(apiSchemas, { id: 'MailboxRequest' });
export type MailboxRequest = z.output<typeof mailboxRequestSchema>;

/** The members of a mailbox that change. What is left out stays, the secret too. */
export const mailboxPatchSchema = z
  .strictObject({
    address: address.optional(),
    imap: z
      .strictObject({
        host: host.optional(),
        port: port.optional(),
        tls: tls.optional(),
        user: user.optional(),
        auth: z.strictObject({ type: authType.optional(), secret: secret.optional() }).optional(),
        folder: folder.optional(),
      })
      .optional()
      .meta({ description: 'The secret has to be given again with a change of host, port, tls or user.' }),
    after: after.optional(),
  })
  .register(apiSchemas, { id: 'MailboxPatch' });
export type MailboxPatch = z.output<typeof mailboxPatchSchema>;

/** What is tried in the place of what is stored. */
export const mailboxTestBodySchema = z
  .strictObject({ imap: mailboxPatchSchema.shape.imap, after: after.optional() })
  .default({})
  .register(apiSchemas, { id: 'MailboxTestRequest' });
export type MailboxTestBody = z.output<typeof mailboxTestBodySchema>;

/** What can be wrong with an account. */
export const MAILBOX_PROBLEMS = [
  'host_blocked',
  'host_not_found',
  'unreachable',
  'tls_failed',
  'login_refused',
  'folder_missing',
  'timed_out',
  'secret_unreadable',
  'server_failed',
] as const;
export type MailboxProblem = (typeof MAILBOX_PROBLEMS)[number];

const folderFacts = z.object({ name: z.string(), messages: z.int() });

/** What became of a message. */
const verdict = z
  .enum([
    'pending',
    'started',
    'no_trigger',
    'automatic',
    'refused',
    'too_large',
    'unreadable',
    'expunged',
    'duplicate',
  ])
  .meta({
    description:
      '`no_trigger`: no trigger is for it. `automatic`: those that are do not take automatic messages. `refused`: its workflows could not be started; `reason` says why. `unreadable`: it broke the limits of what a message may consist of. `expunged`: it was deleted before it could be read. `duplicate`: it is taken for an earlier one that has left its place, and starts nothing again; `reason` has the id of that one. `pending`: it is being dealt with.',
  });
export type MailboxVerdict = z.output<typeof verdict>;

/** What a test of a mailbox found. */
export const mailboxTestSchema = z
  .object({
    ok: z.boolean(),
    problem: z
      .object({
        code: z.enum(MAILBOX_PROBLEMS).meta({
          description:
            '`host_blocked`: the host is internal, and not allowed in this installation. `host_not_found`: no such host. `unreachable`: it takes no connection at this port. `tls_failed`: its certificate, or the kind of `tls`. `login_refused`: user or secret. `folder_missing`: no such folder. `timed_out`: it did not respond in time. `secret_unreadable`: the stored secret cannot be opened. `server_failed`: anything else.',
        }),
        message: z
          .string()
          .meta({ description: 'What is wrong, and what to correct; a code of the error may follow in brackets.' }),
        fields: z
          .array(z.string())
          .default([])
          .meta({ description: 'The fields of the mailbox that are to be corrected, such as `imap.port`.' }),
      })
      .nullable(),
    folder: folderFacts.nullable().meta({ description: 'The folder that is watched; null when it was not reached.' }),
    move_folder: folderFacts.nullable().meta({
      description: 'The folder to which messages are moved; null without one, and for one that is still to be made.',
    }),
    messages: z
      .array(
        z.object({
          message_id: z.string().nullable(),
          sender: z.string().nullable(),
          subject: z.string().nullable(),
          arrived_at: z.string().nullable(),
          automatic: z.boolean().meta({ description: 'Whether it is an automatic message.' }),
          automatic_kind: z.string().nullable().default(null).meta({
            description:
              'What kind of automatic message it is, by the names of `accept_automatic`, or `loop` for what a workflow has sent; null for one that is not automatic.',
          }),
          has_attachment: z.boolean().nullable().default(null).meta({
            description:
              'Whether it has an attachment, as the mail server says; null where that decides nothing, and where the server does not say.',
          }),
          verdict: verdict.nullable().default(null).meta({
            description:
              'What would become of it if it were dealt with now, by the names of the list of messages; `pending` for one that would wait, and where the mail server does not say what it has attached.',
          }),
          reason: z.string().nullable().default(null).meta({
            description: 'Why it would start nothing, or not all, as the list of messages says it.',
          }),
          workflow_ids: z.array(z.string()).meta({
            description:
              'The workflows that it would start, none that is paused; where the mail server does not say whether it has an attachment, those that it would start in either case.',
          }),
        }),
      )
      .meta({ description: `The newest ${LIMITS.mailboxTestMessages} of the folder, newest first.` }),
  })
  .register(apiSchemas, { id: 'MailboxTest' });
export type MailboxTest = z.output<typeof mailboxTestSchema>;

/** A mailbox as it is stored, without its secret. Times are ISO 8601 in UTC. */
export const storedMailboxSchema = z.object({
  id: z.string(),
  address: z.string(),
  imap: z.object({
    host: z.string(),
    port: z.number().int(),
    tls,
    user: z.string(),
    auth: z.object({ type: authType }),
    folder: z.string(),
  }),
  since: z.enum(['now', 'all']),
  after,
  version: z.number().int().meta({ description: 'One more with each change; also in the `ETag`.' }),
  created_at: z.string(),
  updated_at: z.string(),
});
export type StoredMailbox = z.output<typeof storedMailboxSchema>;

/** How a mailbox is doing. */
export const mailboxHealthSchema = z
  .object({
    state: z.enum(['starting', 'healthy', 'unhealthy', 'stopped', 'unknown']).meta({
      description:
        '`starting`: not looked at yet. `unhealthy`: it cannot be looked at, or has not been for three intervals; it is tried again and again. `stopped`: its server refuses the login, and nothing is tried until the mailbox is changed. `unknown`: the service that watches mailboxes does not respond.',
    }),
    connected: z.boolean(),
    last_poll_at: z.string().nullable().meta({ description: 'When the folder was last looked at with success.' }),
    last_message_at: z.string().nullable().meta({ description: 'When a message was last dealt with.' }),
    lag_seconds: z.number().nullable().meta({ description: 'Since `last_poll_at`.' }),
    error: z.string().nullable().meta({ description: 'What is wrong, and what helps.' }),
  })
  .register(apiSchemas, { id: 'MailboxHealth' });
export type MailboxHealth = z.output<typeof mailboxHealthSchema>;

/** A mailbox as the API shows it. */
export const mailboxResourceSchema = z
  .object({ ...storedMailboxSchema.shape, health: mailboxHealthSchema })
  .register(apiSchemas, { id: 'Mailbox' });
export type MailboxResource = z.output<typeof mailboxResourceSchema>;

const page = { next_cursor: z.string().nullable(), has_more: z.boolean() };

/** One page of mailboxes, oldest first. */
export const mailboxListSchema = z
  .object({ mailboxes: z.array(mailboxResourceSchema), ...page })
  .register(apiSchemas, { id: 'MailboxList' });
export type MailboxList = z.output<typeof mailboxListSchema>;

/** A message that came, and what became of it. */
const mailboxMessageSchema = z
  .object({
    id: z.string(),
    message_id: z.string().nullable().meta({ description: 'Its `Message-ID`.' }),
    sender: z.string().nullable(),
    subject: z.string().nullable(),
    seen_at: z.string().meta({ description: 'When it was found in the mailbox.' }),
    verdict,
    reason: z.string().nullable(),
    execution_ids: z.array(z.string()),
  })
  .register(apiSchemas, { id: 'MailboxMessage' });
export type MailboxMessage = z.output<typeof mailboxMessageSchema>;

/** One page of messages, newest first. */
export const mailboxMessageListSchema = z
  .object({ messages: z.array(mailboxMessageSchema), ...page })
  .register(apiSchemas, { id: 'MailboxMessageList' });
export type MailboxMessageList = z.output<typeof mailboxMessageListSchema>;
