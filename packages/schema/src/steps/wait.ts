import { z } from 'zod';
import { orTemplate } from '../fields.js';
import { durationField } from '../duration.js';
import { defineStep } from '../step-definition.js';

/** Waits. Output: `{waited_until}`. */
export const waitStep = defineStep({
  type: 'wait',
  title: 'Wait',
  description: 'Waits for a time or until a moment; a long wait survives restarts.',
  aliases: ['delay', 'sleep', 'pause'],
  executable: true,
  config: z
    .strictObject({
      duration: orTemplate(
        durationField('How long to wait.'),
        'How long to wait: a number of seconds, or text such as "30s", "5m", "2h", "1d".',
      ).optional(),
      until: orTemplate(
        z.iso.datetime({ offset: true, error: 'must be a moment with a time zone, e.g. "2026-01-31T09:00:00+01:00"' }),
        'The moment to wait for: ISO 8601 with a time zone, e.g. "2026-01-31T09:00:00+01:00". A past one does not wait.',
      ).optional(),
    })
    .superRefine((config, context) => {
      if ((config.duration === undefined) !== (config.until === undefined)) return;
      context.addIssue({
        code: 'custom',
        message:
          config.until === undefined ? 'it has neither "duration" nor "until"' : 'it has both "duration" and "until"',
        params: { hint: 'Give exactly one of "duration" (e.g. "5m") and "until" (a moment).' },
      });
    }),
  output: z.object({ waited_until: z.string() }),
  example: { duration: '5m' },
});
