import { z } from 'zod';
import { defineSnapshot } from './message.js';

/** What the ids of events are made with, in the KV bucket `keys`: made by the first gateway that needs it, and the same for all of them. */
export const PlaceKeyRecord = defineSnapshot({
  name: 'place_key',
  key: () => 'place_key',
  schema: z.object({
    /** 32 random bytes, base64. */
    key: z.string(),
  }),
});
