import { ExactNumber } from '@millrace/expression/exact';
import { z } from 'zod';
import { FIELD_LIMITS } from './limits.js';

const UNIT_MS = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
const DURATION_PATTERN = /^(\d{1,12}(?:\.\d{1,6})?)\s*(ms|s|m|h|d)$/;
/** Ten years: longer is a mistake in the unit. */
const MAX_DURATION_MS = 10 * 366 * 86_400_000;

/** A duration as users write it: a number of seconds, or text such as `500ms`, `30s`, `5m`, `2h`, `1d`. */
export type Duration = number | string;

/** Milliseconds of a {@link Duration}, rounded; null when the value is none, is negative, or is longer than ten years. */
export function parseDuration(value: unknown): number | null {
  const number = value instanceof ExactNumber ? Number(value.text) : value;
  const ms = typeof number === 'number' ? number * 1_000 : typeof number === 'string' ? millisecondsOf(number) : null;
  if (ms === null || !Number.isFinite(ms) || ms < 0 || ms > MAX_DURATION_MS) return null;
  return Math.round(ms);
}

function millisecondsOf(text: string): number | null {
  if (text.length > FIELD_LIMITS.durationLength) return null;
  const match = DURATION_PATTERN.exec(text.trim());
  const unit = match && UNIT_MS.get(match[2] ?? '');
  return match && unit ? Number(match[1]) * unit : null;
}

/** A field that takes a {@link Duration} of more than nothing. It takes no template: it is needed before anything is evaluated. */
export function durationField(description: string) {
  return z
    .union([z.number(), z.string()])
    .superRefine((value, context) => {
      const ms = parseDuration(value);
      if (ms !== null && ms > 0) return;
      context.addIssue({
        code: 'custom',
        message: `${JSON.stringify(value)} is not a duration`,
        params: {
          hint: 'Write a number of seconds above 0, or one number with one unit, such as "500ms", "30s", "90m", "2h" or "7d" (at most ten years).',
        },
      });
    })
    .meta({
      description: `${description} A number of seconds, or text such as "500ms", "30s", "5m", "2h", "1d".`,
      examples: ['30s', '5m', 90],
      // What the refinement checks, for those who read the JSON Schema only.
      anyOf: [
        { type: 'number', exclusiveMinimum: 0, maximum: MAX_DURATION_MS / 1_000 },
        { type: 'string', pattern: DURATION_PATTERN.source },
      ],
    });
}
