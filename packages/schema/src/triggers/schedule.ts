import { z } from 'zod';
import { durationField } from '../duration.js';
import { FIELD_LIMITS } from '../limits.js';
import { checkSchedule } from '../schedule.js';
import { defineTrigger } from '../trigger-definition.js';

/** Starts executions at times. */
export const scheduleTrigger = defineTrigger({
  type: 'schedule',
  title: 'Schedule',
  description: 'Starts executions by a cron expression or at an interval.',
  served: false,
  config: z
    .strictObject({
      cron: z
        .string()
        .min(1)
        .max(FIELD_LIMITS.cronLength)
        .optional()
        .meta({
          description:
            'Five fields (minute hour day month weekday), six with seconds in front, or @yearly, @annually, @monthly, @weekly, @daily, @hourly, @minutely, @secondly, @weekdays, @weekends.',
          examples: ['0 9 * * MON-FRI', '@daily', '*/30 * * * * *'],
        }),
      interval: durationField('Time from one start to the next, instead of "cron".').optional(),
      timezone: z
        .string()
        .min(1)
        .max(FIELD_LIMITS.timezoneLength)
        .default('UTC')
        .meta({
          description: 'The time zone of the cron expression by its IANA name (default UTC).',
          examples: ['Europe/Berlin', 'UTC'],
        }),
      catch_up: z.enum(['none', 'latest', 'all']).default('latest').meta({
        description:
          'What to do about starts missed while the system was away: none, only the latest (default), or all.',
      }),
      overlap: z
        .enum(['allow', 'skip'])
        .default('allow')
        .meta({ description: 'Whether to start while the execution before is still going on (default "allow").' }),
      input: z.unknown().optional().meta({ description: 'The input of the executions it starts.' }),
    })
    .superRefine((config, context) => {
      if ((config.cron === undefined) !== (config.interval === undefined)) return;
      context.addIssue({
        code: 'custom',
        message:
          config.cron === undefined ? 'it has neither "cron" nor "interval"' : 'it has both "cron" and "interval"',
        params: { hint: 'Give exactly one of "cron" (e.g. "0 9 * * MON-FRI") and "interval" (e.g. "15m").' },
      });
    }),
  example: { cron: '0 9 * * MON-FRI', timezone: 'Europe/Berlin', catch_up: 'all', overlap: 'skip', input: { a: 1 } },
  check: checkSchedule,
});
