import { z } from 'zod';

// Parameters that several queries have.

/** A time, with its zone. */
export function timeParameter(name: string) {
  return z.iso.datetime({ offset: true, message: `${name} must be a time such as 2026-11-25T09:00:00Z` });
}

/** A text that is not empty. */
export function textUpTo(name: string, most: number) {
  return z.string().regex(new RegExp(`^[^]{1,${most}}$`), `${name} must have 1 to ${most} characters`);
}

/** A type of trigger, of this version or a newer one. */
export const triggerTypeParameter = z.string().regex(/^[a-z][a-z_]{0,39}$/, 'trigger_type must be a type of trigger');
