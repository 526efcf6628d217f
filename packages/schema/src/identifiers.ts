import { z } from 'zod';

/** What a step id looks like: a letter, then letters, digits, `_` and `-`; at most 64. `.` and `[` are left to step paths. */
export const stepIdPattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Names that expressions already use: their roots, and the words of the language. */
export const reservedStepIds: ReadonlySet<string> = new Set([
  ...[
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
  ],
  ...['true', 'false', 'null', 'undefined', 'and', 'or', 'not', 'in', 'if'],
  // Members of every JavaScript object: a map of step results must never be able to mistake them.
  ...Object.getOwnPropertyNames(Object.prototype),
  'prototype',
]);

/** A legal step id, reserved ones not yet excluded. */
export const stepIdSchema = z.string().regex(stepIdPattern);
