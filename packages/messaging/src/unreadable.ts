import { ZodError } from 'zod';
import { PayloadMissingError, PayloadTooLargeError } from './errors.js';
import { UnknownFormError } from './known-form.js';
import { UnreadableError } from './verdict.js';

/** Whether a stored message will never be readable, by what reading it threw: its payload is gone, too large or damaged. */
export function isUnreadable(error: unknown): boolean {
  return (
    error instanceof PayloadMissingError ||
    error instanceof PayloadTooLargeError ||
    error instanceof ZodError ||
    error instanceof UnknownFormError ||
    error instanceof SyntaxError ||
    error instanceof UnreadableError
  );
}
