import { z } from 'zod';
import { defineNotice } from '../message.js';
import { carried } from '../open-values.js';

/** For so long somebody who follows an execution gets what models write after each {@link ExecutionFollowed}, in milliseconds. */
export const FOLLOWED_FOR_MS = 30_000;

/** Sent by a gateway to all executors, again and again while somebody follows an execution, so that those who start later know of it too; and once when it ends. */
export const ExecutionFollowed = defineNotice({
  name: 'ExecutionFollowed',
  pattern: 'live-text.followed',
  schema: carried({
    follower_id: z.string(),
    organisation_id: z.string(),
    execution_id: z.string(),
    /** Whether it is followed no more. */
    ended: z.boolean().optional(),
  }),
  subject: () => 'live-text.followed',
  addressOf: () => null,
});

/** Sends somebody who follows an execution what a model has written since the last time; masked, and stored nowhere. */
export const TextWritten = defineNotice({
  name: 'TextWritten',
  pattern: 'live-text.written.*',
  schema: carried({
    follower_id: z.string(),
    at: z.string(),
    path: z.string(),
    step_type: z.string(),
    attempt: z.number().int(),
    /** Which call of a model of the attempt it is, from 1. */
    call: z.number().int(),
    /** Characters that were sent of this call before; 0 where it begins. */
    offset: z.number().int(),
    text: z.string(),
  }),
  subject: ({ follower_id }: { follower_id: string }) => `live-text.written.${follower_id}`,
  addressOf: (payload) => payload,
});
export type WrittenText = z.output<typeof TextWritten.schema>;
