import type { StreamSpec } from './stream-spec.js';

const DUPLICATE_WINDOW_MS = 2 * 60_000;

/** The stream of a bucket of objects, each of which goes when it is so old. */
export function objectBucket(name: string, description: string, maxAgeMs: number): StreamSpec {
  return {
    name: `OBJ_${name}`,
    description,
    subjects: [`$O.${name}.C.>`, `$O.${name}.M.>`],
    retention: 'limits',
    maxAgeMs,
    duplicateWindowMs: DUPLICATE_WINDOW_MS,
    maxConsumers: 1_000,
    bucket: 'object',
    compressed: true,
  };
}

/** The stream of a bucket of records, which are kept until they are removed. */
export function recordBucket(bucket: string, description: string): StreamSpec {
  return {
    name: `KV_${bucket}`,
    description,
    subjects: [`$KV.${bucket}.>`],
    retention: 'limits',
    maxAgeMs: 0,
    duplicateWindowMs: DUPLICATE_WINDOW_MS,
    maxConsumers: 16,
    maxMessagesPerSubject: 1,
    bucket: 'key-value',
  };
}
