import { z } from 'zod';
import { EXECUTION_ENDS } from '../http/executions.js';
import { defineMessage, STREAMS } from '../message.js';
import { failureSchema } from '../failure.js';
import { carried, openEnum } from '../open-values.js';

/** What {@link ExecutionFinished} is recognised by: of each execution there is one. */
export function finishedMessageId(executionId: string): string {
  return `${executionId}:finished`;
}

/** The id of the execution in the id of an {@link ExecutionNudged}. */
export function nudgedExecution(messageId: string): string {
  return messageId.split(':', 1)[0] ?? '';
}

/**
 * Published by who has written into the journal of an execution that somebody may be running, so that it is heeded at once. Who runs it
 * looks at the journal by itself too: this may be lost.
 */
export const ExecutionNudged = defineMessage({
  name: 'ExecutionNudged',
  stream: STREAMS.events,
  pattern: 'events.*.execution_nudged',
  schema: carried({
    execution_id: z.string(),
    organisation_id: z.string(),
    /** Sequence of the entry, in its journal stream. */
    journal_sequence: z.number().int(),
  }),
  subject: (address: { organisation_id: string }) => `events.${address.organisation_id}.execution_nudged`,
  addressOf: (payload) => payload,
  messageId: (payload) => `${payload.execution_id}:nudged:${payload.journal_sequence}`,
});

/** Published by history after the record of a finished execution is written. */
export const ExecutionFinished = defineMessage({
  name: 'ExecutionFinished',
  stream: STREAMS.events,
  pattern: 'events.*.execution_finished',
  schema: carried({
    execution_id: z.string(),
    organisation_id: z.string(),
    workflow_id: z.string(),
    version: z.number().int(),
    status: openEnum(EXECUTION_ENDS),
    started_at: z.string(),
    completed_at: z.string(),
    duration_ms: z.number(),
    error: carried(failureSchema.shape).optional(),
    /** Sequence, in its journal shard, of the entry that holds the end. */
    journal_sequence: z.number().int().optional(),
    /** Other executions are to be notified of it: its end marker keeps the end as it is. */
    linked: z.boolean().optional(),
    /** It only tried something: who waits for it gets it, and nobody else. */
    test: z.boolean().optional(),
  }),
  subject: (address: { organisation_id: string }) => `events.${address.organisation_id}.execution_finished`,
  addressOf: (payload) => payload,
  messageId: (payload) => finishedMessageId(payload.execution_id),
});
export type FinishedExecution = z.output<typeof ExecutionFinished.schema>;

/**
 * Something that subscribers may follow, beside the ends of executions. Published by the service in which it happens, and only for
 * organisations that have subscribed to its type ({@link EventTypesSnapshot}).
 */
export const EventOccurred = defineMessage({
  name: 'EventOccurred',
  stream: STREAMS.events,
  pattern: 'events.*.occurred',
  schema: carried({
    /** Follows from what has happened, so that publishing it again is publishing it once. */
    event_id: z.string(),
    organisation_id: z.string(),
    /** Null for what belongs to no workflow. */
    workflow_id: z.string().nullable(),
    /** One of `EVENT_TYPES`, or of a later release. */
    type: z.string(),
    at: z.string(),
    /** What subscribers read. */
    data: z.record(z.string(), z.unknown()),
  }),
  subject: (address: { organisation_id: string }) => `events.${address.organisation_id}.occurred`,
  addressOf: (payload) => payload,
  messageId: ({ event_id }) => event_id,
});
export type OccurredEvent = z.output<typeof EventOccurred.schema>;
