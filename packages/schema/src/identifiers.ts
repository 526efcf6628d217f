import { isReservedName } from '@millrace/expression';

/** What a step id looks like: a letter, then letters, digits, `_` and `-`; at most 64. `.` and `[` are left to step paths. */
export const stepIdPattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Reserved beside the words of the expression language. */
const reserved: ReadonlySet<string> = new Set([
  // The root that `retry_if` reads.
  'error',
  'if',
  // Members of every JavaScript object: a map of step results must never be able to mistake them.
  ...Object.getOwnPropertyNames(Object.prototype),
  'prototype',
]);

/** True for a name that means something else in expressions (`input`, `item`, `true`, `new`, …), so that no step may have it. */
export function isReservedStepId(id: string): boolean {
  return reserved.has(id) || isReservedName(id);
}

/** True for a text that may be the id of a step. */
export function isLegalId(id: string): boolean {
  return stepIdPattern.test(id) && !isReservedStepId(id);
}
