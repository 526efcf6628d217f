import { z } from 'zod';
import { ID_FORMS } from '../ids.js';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';
import type { PathParameter } from './path-parameters.js';

/** What writes are about, each with the parameters of a path that its id is made of. */
export const AUDIT_RESOURCES = {
  workflow: ['workflow_id'],
  workflow_draft: ['workflow_id'],
  step: [],
  schedule: ['workflow_id', 'index'],
  execution: ['execution_id'],
  approval: ['approval_id'],
  job: ['job_id'],
  mailbox: ['mailbox_id'],
  secret: ['secret_name'],
  variable: ['variable_name'],
  mail_sender: ['sender_name'],
  ai_provider: ['provider_name'],
  event_subscription: ['subscription_id'],
  token: ['token_id'],
  organisation: ['organisation_id'],
  dead_letter: ['dead_letter_id'],
  installation: [],
} as const satisfies Record<string, readonly PathParameter[]>;
export type AuditResource = keyof typeof AUDIT_RESOURCES;

/** What writes do. */
export const AUDIT_ACTIONS = [
  'create',
  'put',
  'update',
  'delete',
  'restore',
  'duplicate',
  'publish',
  'pause',
  'resume',
  'activate',
  'test',
  'rotate',
  'redeliver',
  'cancel',
  'signal',
  'decide',
  'link',
  'retry',
  'replay',
  'backfill',
  'requeue',
  'discard',
  'profile',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** What an endpoint that is no read is recorded as in the audit log. */
export type AuditDeclaration =
  | {
      readonly resource: AuditResource;
      readonly action: AuditAction;
      /** The resource is made by the call: its id is the `id` of the answer, or its `job_id`. */
      readonly made?: true;
      /** Values of the query with which a call changes nothing. */
      readonly except?: Readonly<Record<string, string>>;
    }
  /** Why there is nothing to record. */
  | { readonly nothing: string };

const stateSchema = z
  .object({
    hash: z.string().meta({ description: 'SHA-256 in hex, of what the documentation says.' }),
    version: z.int().nullable().meta({ description: 'The `version` of the resource; null where it has none.' }),
  })
  .nullable();

/** One write. Times are ISO 8601 in UTC. */
export const auditEntrySchema = z
  .object({
    id: z.string(),
    at: z.string().meta({ description: 'When it began.' }),
    actor: z.object({
      type: z.string().meta({ description: '`token`, or `operator` of the installation.' }),
      id: z.string().nullable().meta({ description: 'The id of the token.' }),
      name: z.string().nullable().meta({ description: 'The name that the token had then.' }),
    }),
    action: z.string().meta({ description: `One of ${AUDIT_ACTIONS.join(', ')}; later releases know more.` }),
    resource: z.object({
      type: z.string(),
      id: z.string().nullable().meta({
        description:
          'Its id, or its name if that is what it is found by; null when it was to be made and nothing is known of it.',
      }),
    }),
    outcome: z.enum(['succeeded', 'failed', 'unknown']).meta({
      description: '`unknown`: a process died before it could say, or it is still being carried out.',
    }),
    error: z.string().nullable().meta({ description: 'The code that the caller got.' }),
    before: stateSchema.meta({ description: 'What it was; null when it did not exist, or nothing was changed.' }),
    after: stateSchema.meta({ description: 'What it became; null when it was deleted, or nothing was changed.' }),
    address: z.string().nullable().meta({ description: 'The IP address that the request came from.' }),
    request_id: z.string(),
  })
  .register(apiSchemas, { id: 'AuditEntry' });
export type AuditEntry = z.output<typeof auditEntrySchema>;

/** Newest first; `next_cursor` goes into `starting_after` of the next call and is null on the last page. */
export const auditLogSchema = z
  .object({ entries: z.array(auditEntrySchema), next_cursor: z.string().nullable(), has_more: z.boolean() })
  .register(apiSchemas, { id: 'AuditEntryList' });
export type AuditLog = z.output<typeof auditLogSchema>;

const time = (name: string) =>
  z.iso.datetime({ offset: true, message: `${name} must be a time such as 2026-11-25T09:00:00Z` });

/** The query of the audit log. */
export const auditLogQuery = z.object({
  actor: z
    .string()
    .regex(
      new RegExp(`${ID_FORMS.token.source}|^operator$`),
      'actor must be the id of a token, or operator for the operator of the installation',
    )
    .optional()
    .meta({ description: 'The id of a token, or `operator`.' }),
  resource_type: z.enum(Object.keys(AUDIT_RESOURCES) as [AuditResource, ...AuditResource[]]).optional(),
  resource_id: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,200}$/, 'resource_id must be the id or the name of a resource')
    .optional()
    .meta({ description: '`resource.id` of the entries.' }),
  action: z.enum(AUDIT_ACTIONS).optional(),
  from: time('from').optional().meta({ description: 'Begun then or later.' }),
  to: time('to').optional().meta({ description: 'Begun before then.' }),
  limit: z.int().min(1).max(LIMITS.pageSize).default(20),
  starting_after: z
    .string()
    .regex(ID_FORMS.audit_entry, 'starting_after must be the id of an entry, the next_cursor of the page before')
    .optional()
    .meta({ description: 'The `next_cursor` of the page before.' }),
});
