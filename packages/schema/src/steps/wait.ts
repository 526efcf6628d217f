import { z } from 'zod';
import { orTemplate } from '../fields.js';
import { durationField, parseDuration } from '../duration.js';
import { EXECUTION_WAIT_MS } from '../limits.js';
import { defineStep } from '../step-definition.js';

/** What a signal may be called, as a pattern. */
export const SIGNAL_NAME_PATTERN = '[A-Za-z][A-Za-z0-9_.-]{0,63}';

/** Waits. Output: `{waited_until}`, of a wait for a signal `{signal, payload, received_at, timed_out}`. */
export const waitStep = defineStep({
  type: 'wait',
  title: 'Wait',
  description: 'Waits for a time, until a moment or for a signal; a long wait survives restarts.',
  aliases: ['delay', 'sleep', 'pause'],
  executable: true,
  reaches: 'nothing',
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
      signal: orTemplate(
        z.string().regex(new RegExp(`^${SIGNAL_NAME_PATTERN}$`), {
          error: 'must be a letter, then up to 63 letters, digits, "_", "-" and "."',
        }),
        'Name of the signal to wait for: `POST /v1/executions/{execution_id}/signals/{signal_name}` sends it. A letter, then up to 63 letters, digits, `_`, `-` and `.`.',
      ).optional(),
      timeout: orTemplate(
        durationField('How long to wait for it.'),
        'How long to wait for the signal at most, e.g. "2h"; then the output has `timed_out: true`. Without it for as long as an execution can wait: 30 days after its start.',
      ).optional(),
    })
    .superRefine((config, context) => {
      const given = (['duration', 'until', 'signal'] as const).filter((field) => config[field] !== undefined);
      if (given.length !== 1)
        context.addIssue({
          code: 'custom',
          message:
            given.length === 0
              ? 'it has neither "duration" nor "until" nor "signal"'
              : `it has ${given.map((field) => `"${field}"`).join(' and ')}`,
          params: {
            hint: 'Give exactly one of "duration" (e.g. "5m"), "until" (a moment) and "signal" (a name).',
          },
        });
      if (config.timeout !== undefined && config.signal === undefined)
        context.addIssue({
          code: 'custom',
          path: ['timeout'],
          message: 'is for a wait for a signal',
          params: { hint: 'Give "timeout" with "signal"; every step may have a "timeout" of its own beside "config".' },
        });
    }),
  check(config, at, report) {
    for (const field of ['duration', 'timeout'] as const) {
      const milliseconds = parseDuration(config[field]);
      if (milliseconds === null || milliseconds <= EXECUTION_WAIT_MS) continue;
      report({
        code: 'invalid_value',
        at: [...at, field],
        message: `${JSON.stringify(config[field])} is longer than an execution can wait: ${EXECUTION_WAIT_MS / 86_400_000} days after its start`,
        hint: 'Wait for less, or have a schedule start a workflow that goes on later.',
      });
    }
  },
  output: z.object({
    waited_until: z.string().optional(),
    signal: z.string().optional(),
    payload: z.unknown().optional(),
    received_at: z.string().nullable().optional(),
    timed_out: z.boolean().optional(),
  }),
  example: { duration: '5m' },
});
