import { z } from 'zod';
import { liveEventSchema } from '../http/live.js';
import { LIMITS } from '../limits.js';
import { defineRequest } from '../message.js';
import { scoped } from './question-parts.js';

/** The events of an execution behind one, as streams send them. Errors: EXECUTION_NOT_FOUND, INPUT_LOST. */
export const ReadLiveEvents = defineRequest({
  subject: 'history.executions.live',
  question: scoped.extend({
    execution_id: z.string(),
    limit: z.number().int().positive(),
    /** The id of the event; all without one. */
    after: z.string().optional(),
  }),
  answer: z.object({
    events: z.array(liveEventSchema),
    has_more: z.boolean(),
    /** Nothing comes behind these. */
    ended: z.boolean(),
  }),
});

/** For so long events are announced at least after an answer to {@link WatchEvents}, in milliseconds. */
export const WATCHED_AT_LEAST_MS = 0.8 * LIMITS.eventWatchMs;

/** Somebody follows the events of an organisation: for a while all of them are to be announced. Renewed while that goes on. */
export const WatchEvents = defineRequest({
  subject: 'definitions.events.watch',
  question: scoped,
  answer: z.object({ until: z.string() }),
});
