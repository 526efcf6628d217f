import { AppError } from '@millrace/contracts';
import type { z } from 'zod';

/**
 * A value that was looked up is of no form that this release knows: a newer one has written it, in an upgrade. Whoever asked may ask again
 * until another process, or the next release of this one, is there: it is no fault of the message that it was looked up for.
 */
export class UnknownFormError extends AppError {
  constructor(what: string, cause: z.ZodError) {
    const found = cause.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`).join('; ');
    super('SERVICE_UNAVAILABLE', {
      message: `${what} is of a form that this release does not know, and may be of a newer one`,
      cause: new Error(found, { cause }),
    });
    this.name = 'UnknownFormError';
  }
}

/** What was looked up. Throws {@link UnknownFormError}. */
export function knownForm<Value>(what: string, schema: z.ZodType<Value>, stored: unknown): Value {
  const read = schema.safeParse(stored);
  if (read.success) return read.data;
  throw new UnknownFormError(what, read.error);
}
