/**
 * What a bare name in an expression is that names no step. A test compares it with the roots of the expression language;
 * `error` is what `retry_if` reads.
 */
export const RESERVED_NAMES = [
  'input',
  'variables',
  'secrets',
  'env',
  'steps',
  'item',
  'index',
  'loop',
  'execution',
  'workflow',
  'trigger',
  'error',
] as const;

/** One of {@link RESERVED_NAMES}. */
export type ReservedName = (typeof RESERVED_NAMES)[number];
