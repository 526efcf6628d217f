import { z } from 'zod';
import { durationField } from '../duration.js';
import { FIELD_LIMITS } from '../limits.js';
import { checkSchedule } from '../schedule.js';
import { defineTrigger } from '../trigger-definition.js';

/** A moment, ISO 8601 with `Z` or an offset. */
function timeField(description: string) {
  return z.iso
    .datetime({ offset: true, error: 'is not a time such as "2026-12-01T09:00:00Z" or "2026-12-01T09:00:00+01:00"' })
    .meta({ description, examples: ['2026-12-01T09:00:00Z'] });
}

/** It is said beside whatever else is wrong. */
const EXACTLY_ONE = {
  params: { hint: 'Give exactly one of "cron" (e.g. "0 9 * * MON-FRI") and "interval" (e.g. "15m").' },
  when: () => true,
};

/** Starts executions at times. */
export const scheduleTrigger = defineTrigger({
  type: 'schedule',
  title: 'Schedule',
  description: 'Starts executions by a cron expression or at an interval.',
  served: true,
  hasNextRun: true,
  dataFields: ['input'],
  config: z
    .strictObject({
      cron: z
        .string()
        .min(1)
        .max(FIELD_LIMITS.cronLength)
        .optional()
        .meta({
          description:
            'Five fields (minute hour day month weekday), six with seconds in front, or @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, @minutely, @secondly, @weekdays, @weekends.',
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
      start_at: timeField('Nothing is started before; an interval is counted from here.').optional(),
      end_at: timeField('Nothing is started after.').optional(),
      jitter: durationField(
        'Each start is put off by a time of its own between nothing and this, at most an hour, so that not all schedules start at once.',
      ).optional(),
      catch_up: z.enum(['none', 'latest', 'all']).default('latest').meta({
        description:
          'What to do about starts missed while the system was away: none, only the latest (default), or all.',
      }),
      catch_up_window: durationField(
        'Starts that were missed for longer than this are not caught up (default "1h", at most a day).',
      ).default('1h'),
      overlap: z.enum(['allow', 'skip', 'buffer_one', 'buffer_all', 'cancel_running']).default('allow').meta({
        description:
          'What to do at a nominal time while the execution before is still going on: start all the same (default "allow"), skip the time, start it afterwards ("buffer_one": one waits at most, "buffer_all": all of them, up to a limit), or cancel the execution before.',
      }),
      input: z.unknown().optional().meta({ description: 'The input of the executions it starts.' }),
    })
    .refine(({ cron, interval }) => cron !== undefined || interval !== undefined, {
      ...EXACTLY_ONE,
      error: 'it has neither "cron" nor "interval"',
    })
    .refine(({ cron, interval }) => cron === undefined || interval === undefined, {
      ...EXACTLY_ONE,
      error: 'it has both "cron" and "interval"',
    }),
  example: {
    cron: '0 9 * * MON-FRI',
    timezone: 'Europe/Berlin',
    start_at: '2026-12-01T00:00:00Z',
    end_at: '2027-12-01T00:00:00Z',
    jitter: '30s',
    catch_up: 'all',
    catch_up_window: '2h',
    overlap: 'skip',
    input: { a: 1 },
  },
  check: checkSchedule,
});
