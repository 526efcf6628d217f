import { z } from 'zod';
import { deadLetterDetailSchema, deadLetterListSchema, requeuedDeadLetterSchema } from '../http/dead-letters.js';
import { defineRequest } from '../message.js';

const ofLetter = z.object({ dead_letter_id: z.string() });

/** A page of the messages that could not be processed, of all organisations, oldest first. */
export const ListDeadLetters = defineRequest({
  subject: 'history.dead-letters.list',
  question: z.object({ limit: z.number().int().positive(), starting_after: z.string().optional() }),
  answer: deadLetterListSchema,
});

/** One of them with its payload. Errors: DEAD_LETTER_NOT_FOUND. */
export const GetDeadLetter = defineRequest({
  subject: 'history.dead-letters.get',
  question: ofLetter,
  answer: deadLetterDetailSchema,
});

/** Puts one back where it came from. Errors: DEAD_LETTER_NOT_FOUND, DEAD_LETTER_NOT_REQUEUED, STORAGE_FULL. */
export const RequeueDeadLetter = defineRequest({
  subject: 'history.dead-letters.requeue',
  question: ofLetter,
  answer: requeuedDeadLetterSchema,
});

/** Deletes one. Errors: DEAD_LETTER_NOT_FOUND. */
export const DiscardDeadLetter = defineRequest({
  subject: 'history.dead-letters.discard',
  question: ofLetter,
  answer: ofLetter,
});
