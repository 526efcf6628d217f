import { z } from 'zod';
import { aiProviderShape } from './ai-providers.js';
import { workflowStatusSchema } from './http/workflows.js';
import { defineSnapshot } from './message.js';
import { openEnum } from './open-values.js';

/** An immutable workflow version, as JSON text of the document the user sent (normalised). */
export const VersionSnapshot = defineSnapshot({
  name: 'version',
  key: (address: { workflow_id: string; version: number }) => `version.${address.workflow_id}.${address.version}`,
  schema: z.object({
    workflow_id: z.string(),
    organisation_id: z.string(),
    version: z.number().int(),
    name: z.string(),
    /** The workflow document as JSON text. */
    document: z.string(),
  }),
});
export type VersionSnapshotValue = z.output<typeof VersionSnapshot.schema>;

/** Which version of a workflow starts, and whether it may. */
export const ActiveSnapshot = defineSnapshot({
  name: 'active',
  key: (address: { workflow_id: string }) => `active.${address.workflow_id}`,
  schema: z.object({
    workflow_id: z.string(),
    organisation_id: z.string(),
    version: z.number().int(),
    /** Older versions start no more: they are on their way out. 1 by default. */
    oldest_version: z.number().int().optional(),
    status: openEnum(workflowStatusSchema.options),
  }),
});
export type ActiveSnapshotValue = z.output<typeof ActiveSnapshot.schema>;

/** A live API token, found by the SHA-256 (hex) of its text; the text itself is stored nowhere. */
export const TokenSnapshot = defineSnapshot({
  name: 'token',
  key: (address: { token_hash: string }) => `token.${address.token_hash}`,
  schema: z.object({
    token_id: z.string(),
    organisation_id: z.string(),
    scopes: z.array(z.string()),
    /** ISO 8601; it is not valid from then on. Never by default. */
    expires_at: z.string().optional(),
  }),
});
export type TokenSnapshotValue = z.output<typeof TokenSnapshot.schema>;

/** A limit that can't be read is none of its own: then the default of the installation holds. */
const ownLimit = z.number().int().positive().optional().catch(undefined);

/** Whether an organisation may call, and how often. One that is deleted stays suspended for ever. */
export const OrganisationSnapshot = defineSnapshot({
  name: 'organisation',
  key: (address: { organisation_id: string }) => `organisation.${address.organisation_id}`,
  schema: z.object({
    organisation_id: z.string(),
    suspended: z.boolean(),
    /** It has a balance, which bounds what it spends on models. */
    limited_credits: z.boolean().optional(),
    /** Absent members: the default of the installation. */
    limits: z
      .object({
        api_calls_per_hour: ownLimit,
        executions_per_minute: ownLimit,
        webhook_calls_per_minute: ownLimit,
      })
      .catch({}),
  }),
});
export type OrganisationSnapshotValue = z.output<typeof OrganisationSnapshot.schema>;

/** Whether the installation starts executions. Absent until the operator has paused it once. */
export const StartsSnapshot = defineSnapshot({
  name: 'installation',
  key: () => 'installation.starts',
  schema: z.object({ paused: z.boolean(), since: z.string(), reason: z.string().nullable() }),
});
export type StartsSnapshotValue = z.output<typeof StartsSnapshot.schema>;

/** A sealed text that another one took the place of. */
const formerSecret = z.object({ secret: z.string(), until: z.string() });

/** The secrets of an organisation, each sealed for its name: opened only by the service that needs them. */
export const SecretsSnapshot = defineSnapshot({
  name: 'secrets',
  key: (address: { organisation_id: string }) => `secrets.${address.organisation_id}`,
  schema: z.object({
    organisation_id: z.string(),
    /** Sealed texts by name; {@link secretContext} is what they are sealed for. */
    secrets: z.record(z.string(), z.string()),
    /** What webhook calls may still be signed by, after rotations: sealed for the same, by name. `older` are newest first, and end no later. */
    former: z.record(z.string(), formerSecret.extend({ older: z.array(formerSecret).optional() })).optional(),
  }),
});
export type SecretsSnapshotValue = z.output<typeof SecretsSnapshot.schema>;

/** What a secret is sealed for: it opens under no other name and in no other organisation. */
export function secretContext(organisationId: string, name: string): string[] {
  return ['secret', organisationId, name];
}

/** The variables of an organisation, beside those of its workflows. */
export const VariablesSnapshot = defineSnapshot({
  name: 'variables',
  key: (address: { organisation_id: string }) => `variables.${address.organisation_id}`,
  schema: z.object({
    organisation_id: z.string(),
    /** Values by name, as JSON texts. */
    variables: z.record(z.string(), z.string()),
  }),
});
export type VariablesSnapshotValue = z.output<typeof VariablesSnapshot.schema>;

/** The account of a mailbox: what is needed to watch it. */
export const mailboxAccountSchema = z.object({
  /** In lower case; `*@domain` for all addresses of a domain. */
  address: z.string(),
  imap: z.object({
    host: z.string(),
    port: z.number().int(),
    tls: z.enum(['implicit', 'starttls', 'none']),
    user: z.string(),
    /** The secret is sealed; {@link mailboxContext} is what for. */
    auth: z.object({ type: z.enum(['password', 'xoauth2']), secret: z.string() }),
    folder: z.string(),
  }),
  since: z.enum(['now', 'all']),
  /** `keep`, `seen`, or `move:` and a folder. */
  after: z.string(),
});
export type MailboxAccount = z.output<typeof mailboxAccountSchema>;

/** The mailboxes of an organisation. */
export const MailboxesSnapshot = defineSnapshot({
  name: 'mailboxes',
  key: (address: { organisation_id: string }) => `mailboxes.${address.organisation_id}`,
  schema: z.object({
    organisation_id: z.string(),
    /** JSON texts of {@link mailboxAccountSchema}, by the ids of the mailboxes. */
    mailboxes: z.record(z.string(), z.string()),
  }),
});
export type MailboxesSnapshotValue = z.output<typeof MailboxesSnapshot.schema>;

/** What the secret of a mailbox is sealed for. */
export function mailboxContext(organisationId: string, mailboxId: string): string[] {
  return ['mailbox', organisationId, mailboxId];
}

/** The mail senders of an organisation. */
export const MailSendersSnapshot = defineSnapshot({
  name: 'mail_senders',
  key: (address: { organisation_id: string }) => `mail_senders.${address.organisation_id}`,
  schema: z.object({
    organisation_id: z.string(),
    /** By name, as JSON texts of {@link storedMailSenderSchema}. */
    senders: z.record(z.string(), z.string()),
  }),
});

/** A mail sender as it is stored and published. */
export const storedMailSenderSchema = z.object({
  host: z.string(),
  port: z.number().int(),
  tls: z.enum(['starttls', 'implicit', 'none']),
  user: z.string().nullable(),
  /** Sealed; {@link mailSenderContext} is what for. Null without a user. */
  password: z.string().nullable(),
  from: z.string(),
  rate_per_minute: z.number().int(),
  /** `private_key` is sealed like `password`. */
  dkim: z.object({ domain: z.string(), selector: z.string(), private_key: z.string() }).optional(),
});
export type StoredMailSender = z.output<typeof storedMailSenderSchema>;

/** What the password and the key of a mail sender are sealed for: they open under no other name and in no other organisation. */
export function mailSenderContext(organisationId: string, name: string): string[] {
  return ['mail sender', organisationId, name];
}

/** The providers of models of an organisation. */
export const AiProvidersSnapshot = defineSnapshot({
  name: 'ai_providers',
  key: (address: { organisation_id: string }) => `ai_providers.${address.organisation_id}`,
  schema: z.object({
    organisation_id: z.string(),
    /** By name, as JSON texts of {@link storedAiProviderSchema}. */
    providers: z.record(z.string(), z.string()),
  }),
});
export type AiProvidersSnapshotValue = z.output<typeof AiProvidersSnapshot.schema>;

/** A provider of models as it is stored and published. */
export const storedAiProviderSchema = z.object({
  type: aiProviderShape.type,
  /** Null for that of the type. */
  base_url: z.string().nullable(),
  models: z.array(z.string()),
  aliases: z.record(z.string(), z.string()),
  default: z.boolean(),
  /** Sealed; {@link aiProviderContext} is what for. Null for none. */
  api_key: z.string().nullable(),
});
export type StoredAiProvider = z.output<typeof storedAiProviderSchema>;

/** What the key of a provider is sealed for: it opens under no other name and in no other organisation. */
export function aiProviderContext(organisationId: string, name: string): string[] {
  return ['ai provider', organisationId, name];
}
