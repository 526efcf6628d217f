import { CreditAccountRecord } from '@millrace/contracts';
import { z } from 'zod';

/**
 * The record of a balance, as it is read. Earlier releases believed every number of tokens that a model said it had used, and wrote costs that no record may hold: refused as a whole,
 * such a balance could not even be set anew.
 */
export const StoredAccount: typeof CreditAccountRecord = {
  ...CreditAccountRecord,
  schema: z.preprocess(withSafeIntegers, CreditAccountRecord.schema),
};

/** A value of JSON whose numbers are no further from 0 than a whole number can be that is exact. */
function withSafeIntegers(value: unknown): unknown {
  if (typeof value === 'number') return safeInteger(value);
  if (Array.isArray(value)) return value.map(withSafeIntegers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withSafeIntegers(member)]));
}

/** The number itself, or the nearest one that is a whole number and exact. */
export function safeInteger(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  return Math.trunc(Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value)));
}
