import { z } from 'zod';
import { ID_FORMS } from '../ids.js';
import { LIMITS } from '../limits.js';
import { deadLetterDetailSchema, deadLetterListSchema, requeuedDeadLetterSchema } from './dead-letters.js';
import { defineEndpoint } from './endpoint.js';

const group = 'Operation';
const access = 'operator';

const ORGANISATION = 'org_01kaxh3v9m0000000000000001';
const EXECUTION = 'exec_01m887wqp5fkp3j7e18anavgww';

const LETTER = {
  id: 'dl_17',
  at: '2026-11-25T09:00:00.000Z',
  service: 'executor',
  message: 'ExecutionDue',
  stream: 'TIMERS',
  consumer: 'executor',
  subject: `timer.fire.executions.${ORGANISATION}.${EXECUTION}.1`,
  organisation_id: ORGANISATION,
  execution_id: EXECUTION,
  reason: 'Payload is malformed: version must be a number',
  deliveries: 1,
  bytes: 284,
} as const;

/** The endpoints of messages that could not be processed, for the operator of the installation. */
export const deadLetterEndpoints = {
  list: defineEndpoint({
    id: 'listDeadLetters',
    method: 'GET',
    path: '/v1/dead-letters',
    group,
    summary: 'List messages that could not be processed, oldest first',
    description: 'They are kept for 14 days. A page may have fewer than `limit` when they are large.',
    access,
    query: z.object({
      limit: z.int().min(1).max(LIMITS.pageSize).default(20),
      starting_after: z
        .string()
        .regex(
          ID_FORMS.dead_letter,
          'starting_after must be the id of a dead letter, the next_cursor of the page before',
        )
        .optional()
        .meta({ description: 'The `next_cursor` of the page before.' }),
    }),
    answer: {
      status: 200,
      description: 'One page.',
      schema: deadLetterListSchema,
      example: { dead_letters: [LETTER], next_cursor: null, has_more: false },
    },
  }),

  get: defineEndpoint({
    id: 'getDeadLetter',
    method: 'GET',
    path: '/v1/dead-letters/{dead_letter_id}',
    group,
    summary: 'Get a dead letter with its payload',
    access,
    answer: {
      status: 200,
      description: 'The dead letter.',
      schema: deadLetterDetailSchema,
      example: { ...LETTER, payload: { execution_id: EXECUTION, version: 'two' }, payload_omitted: null },
    },
  }),

  requeue: defineEndpoint({
    id: 'requeueDeadLetter',
    method: 'POST',
    path: '/v1/dead-letters/{dead_letter_id}/requeue',
    group,
    summary: 'Put a message back where it came from',
    description:
      'It is there once, however often this is called, and is no dead letter any more. DEAD_LETTER_NOT_REQUEUED when nothing would come of it; `details.why` says why: `place_gone`, `in_journal`, `execution_over` or `payload_gone`.',
    access,
    audit: { resource: 'dead_letter', action: 'requeue' },
    answer: {
      status: 200,
      description: 'Where it is now.',
      schema: requeuedDeadLetterSchema,
      example: { id: LETTER.id, stream: LETTER.stream, subject: LETTER.subject },
    },
    errors: ['DEAD_LETTER_NOT_REQUEUED', 'STORAGE_FULL'],
  }),

  discard: defineEndpoint({
    id: 'discardDeadLetter',
    method: 'POST',
    path: '/v1/dead-letters/{dead_letter_id}/discard',
    group,
    summary: 'Delete a dead letter',
    access,
    audit: { resource: 'dead_letter', action: 'discard' },
    answer: { status: 204, description: 'It is deleted.' },
  }),
};
