import { z } from 'zod';
import { apiSchemas } from './api-schemas.js';

/** Why a dead letter cannot be put back: `details.why` of DEAD_LETTER_NOT_REQUEUED. */
export const NOT_REQUEUED = {
  /** Its stream, or the consumer that gave it up, is not there any more. */
  place_gone: 'Nothing takes messages from where it came any more: discard it',
  /** It was only copied to the dead letters, and what could be read of it is in the record of its execution. */
  in_journal:
    'It is an entry of a journal, which is still there, and what could be read of it is in the record of its execution: discard it',
  /** Nothing would come of it. */
  execution_over:
    'The execution that it is about has ended, or is not known any more: retry or replay the execution, and discard the dead letter',
  /** What it was to carry. */
  payload_gone: 'Its payload cannot be read any more: discard it',
} as const;

const common = {
  id: z.string(),
  at: z.string().meta({ description: 'When it was given up.' }),
  service: z
    .string()
    .nullable()
    .meta({ description: 'The service that gave it up; null when none takes such messages any more.' }),
  message: z
    .string()
    .nullable()
    .meta({ description: 'What kind of message it is, such as `RunRequested`; null as above.' }),
  stream: z.string().meta({ description: 'The stream that it came from.' }),
  consumer: z.string().meta({ description: 'The consumer of that stream which gave it up.' }),
  subject: z.string().meta({ description: 'The subject that it had there.' }),
  organisation_id: z.string().nullable().meta({ description: 'Whose it is; null when its subject does not say.' }),
  execution_id: z.string().nullable().meta({ description: 'The execution that it is about; null as above.' }),
  reason: z.string().meta({ description: 'Why it was given up.' }),
  deliveries: z.int().meta({ description: 'How often it was delivered.' }),
  bytes: z.int().nullable().meta({ description: 'Size of its payload; null when that is not known.' }),
};

/** A message that could not be processed. */
export const deadLetterSchema = z.object(common).register(apiSchemas, { id: 'DeadLetter' });
export type DeadLetter = z.output<typeof deadLetterSchema>;

/** The same with what it carries. */
export const deadLetterDetailSchema = z
  .object({
    ...common,
    payload: z.unknown().meta({
      description: 'As JSON. Values of members whose names are those of secrets are masked; null when it is left out.',
    }),
    payload_omitted: z.enum(['too_large', 'unreadable', 'gone']).nullable().meta({
      description: 'Why `payload` is left out: too large to be shown, no JSON, or deleted since.',
    }),
  })
  .register(apiSchemas, { id: 'DeadLetterDetail' });
export type DeadLetterDetail = z.output<typeof deadLetterDetailSchema>;

/** Oldest first; `next_cursor` goes into `starting_after` of the next call and is null on the last page. */
export const deadLetterListSchema = z
  .object({
    dead_letters: z.array(deadLetterSchema),
    next_cursor: z.string().nullable(),
    has_more: z.boolean(),
  })
  .register(apiSchemas, { id: 'DeadLetterList' });
export type DeadLetterList = z.output<typeof deadLetterListSchema>;

/** Where a dead letter went. */
export const requeuedDeadLetterSchema = z
  .object({ id: z.string(), stream: z.string(), subject: z.string() })
  .register(apiSchemas, { id: 'RequeuedDeadLetter' });
export type RequeuedDeadLetter = z.output<typeof requeuedDeadLetterSchema>;
