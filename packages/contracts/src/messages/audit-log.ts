import { z } from 'zod';
import { auditLogSchema } from '../http/audit-log.js';
import { defineRequest } from '../message.js';

/** The entry that a write is recorded in; its id is made by who begins it, so that repeating a question does no harm. */
const ofEntry = z.object({
  entry_id: z.string(),
  /** Null when the operator makes an organisation, which has no id yet. */
  organisation_id: z.string().nullable(),
});

/** Records that a write is about to be carried out; it is not, unless this succeeds. */
export const BeginAuditEntry = defineRequest({
  subject: 'definitions.audit-log.begin',
  question: ofEntry.extend({
    at: z.string(),
    actor: z.object({ type: z.string(), id: z.string().nullable() }),
    action: z.string(),
    resource: z.object({ type: z.string(), id: z.string().nullable() }),
    address: z.string().nullable(),
    request_id: z.string(),
  }),
  answer: z.object({ bytes: z.number().int() }),
});

/** Records what came of it. */
export const EndAuditEntry = defineRequest({
  subject: 'definitions.audit-log.end',
  question: ofEntry.extend({
    /** The code that the caller got; null for none. */
    error: z.string().nullable(),
    /** Of what was made. */
    resource_id: z.string().optional(),
    /** The organisation that was made, whose entry it is. */
    made_organisation_id: z.string().optional(),
  }),
  answer: z.object({ entry_id: z.string() }),
});

/** A page of the organisation's entries, newest first. */
export const ListAuditLog = defineRequest({
  subject: 'definitions.audit-log.list',
  question: z.object({
    organisation_id: z.string(),
    limit: z.number().int().positive(),
    starting_after: z.string().optional(),
    actor: z.string().optional(),
    resource_type: z.string().optional(),
    resource_id: z.string().optional(),
    action: z.string().optional(),
    from: z.string().optional(),
    to: z.string().optional(),
  }),
  answer: auditLogSchema,
});
