import { z } from 'zod';
import { defineSnapshot } from './message.js';
import { carried } from './open-values.js';

/**
 * What is known of an `Idempotency-Key`, in the KV bucket `idempotency`. It is found by its owner and a hash of owner and key: the key itself
 * is stored nowhere.
 */
export const IdempotencyRecord = defineSnapshot({
  name: 'idempotency',
  key: (address: { owner: string; name: string }) => `${address.owner}.${address.name}`,
  schema: carried({
    /**
     * Distinguishes the request from others: base64url of an HMAC over method, path, query, preconditions and body; of a
     * delivery of a webhook a hash of its method, query and body. Empty when the request was refused: the
     * key is as free as one without a record.
     */
    fingerprint: z.string(),
    /** When the key was used first, ISO 8601 with milliseconds: when what it starts was asked for. */
    created_at: z.string(),
    /** The execution that the request starts, chosen before it is published. */
    execution_id: z.string().optional(),
    /** Of any other write: when somebody began to carry it out, ISO 8601. Nobody else does so before the lease of that has ended. */
    begun_at: z.string().optional(),
    /** By whom: without it twins of the same millisecond would write the same, and each take the record for its own. */
    holder: z.string().optional(),
    /**
     * Of a write that was begun and has not ended, or that failed so that nobody knows how far it came: what a repetition of the same request
     * must do it with. `id`: the time-ordered part of the id of what is made; `seed`: what is shown once is made of it and of the key, base64url.
     */
    write: carried({ fingerprint: z.string(), id: z.string(), seed: z.string() }).optional(),
    /** Of a write that was carried out: the answer, sealed, in base64; empty when it was too large to be kept. */
    answer: z.string().optional(),
  }),
});
export type IdempotencyRecordValue = z.output<typeof IdempotencyRecord.schema>;
