import { z } from 'zod';
import { defineSnapshot } from './message.js';

/**
 * What is known of an `Idempotency-Key`, in the KV bucket `idempotency`. It is found by its owner and a hash of owner and key: the key itself
 * is stored nowhere.
 */
export const IdempotencyRecord = defineSnapshot({
  name: 'idempotency',
  key: (address: { owner: string; name: string }) => `${address.owner}.${address.name}`,
  schema: z.object({
    /** Tells the request from others: base64url of an HMAC over method, path, query, preconditions and body. */
    fingerprint: z.string(),
    /** When the key was used first, ISO 8601 with milliseconds: when what it starts was asked for. */
    created_at: z.string(),
    /** The execution that the request starts, chosen before it is published. */
    execution_id: z.string().optional(),
  }),
});
export type IdempotencyRecordValue = z.output<typeof IdempotencyRecord.schema>;
