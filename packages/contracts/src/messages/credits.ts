import { z } from 'zod';
import { creditEntrySchema, modelUseSchema } from '../credits.js';
import { creditsSchema, creditUsageSchema, creditUsageGroupSchema, creditChangeSchema } from '../http/credits.js';
import { defineMessage, defineRequest, STREAMS } from '../message.js';
import { carried } from '../open-values.js';
import { page, scoped } from './question-parts.js';

/**
 * Published by an executor when a model was called: what is counted as usage, and of an organisation that has a balance the line of its ledger. Publishing it again
 * is publishing it once.
 */
export const CreditsNoted = defineMessage({
  name: 'CreditsNoted',
  stream: STREAMS.events,
  pattern: 'events.*.credits_noted',
  schema: carried({
    organisation_id: z.string(),
    /** Follows from the call, or from the line. */
    note_id: z.string(),
    /** ISO 8601. */
    at: z.string(),
    usage: modelUseSchema.optional(),
    entry: creditEntrySchema.optional(),
  }),
  subject: (address: { organisation_id: string }) => `events.${address.organisation_id}.credits_noted`,
  addressOf: (payload) => payload,
  messageId: ({ organisation_id, note_id }) => `${organisation_id}:credits:${note_id}`,
});
export type NotedCredits = z.output<typeof CreditsNoted.schema>;

/** The balance of an organisation, and a page of its ledger, newest first. */
export const GetCredits = defineRequest({
  subject: 'definitions.credits.get',
  question: scoped.extend(page),
  answer: creditsSchema,
});

/** What an organisation has used of models. `from` and `to` are ISO times. Errors: INVALID_INPUT for a range that is too long. */
export const GetCreditUsage = defineRequest({
  subject: 'definitions.credits.usage',
  question: scoped.extend({
    from: z.string().optional(),
    to: z.string().optional(),
    group_by: creditUsageGroupSchema,
  }),
  answer: creditUsageSchema,
});

/** Asked for the operator. Adds to a balance. Errors: ORGANISATION_NOT_FOUND, CREDITS_UNLIMITED, INVALID_INPUT. */
export const AddCredits = defineRequest({
  subject: 'definitions.organisations.add-credits',
  question: scoped.extend({
    change: creditChangeSchema,
    /** Names the request that asks for it: what it has added within the last day it does not add again. */
    request_key: z.string().optional(),
  }),
  answer: creditsSchema,
});
