import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { apiSchemas } from './api-schemas.js';
import { workflowProblemSchema } from './workflow-validation.js';

/** Times are ISO 8601 in UTC. A nominal time is the one that the timetable says, whenever the start then took place. */
const nominal = z.string();

/** What became of nominal times at which no execution was started. */
const noteSchema = z.object({
  outcome: z.enum(['missed', 'skipped', 'refused']).meta({
    description:
      '`missed`: no scheduler ran in time. `skipped`: the execution before was still going on, and there was no room to wait, or the schedule was changed while it waited. `refused`: the start was refused, `code` says why.',
  }),
  first_at: nominal,
  last_at: nominal,
  count: z.number().int(),
  more: z.boolean().meta({ description: 'Whether there were more than were counted.' }),
  code: z.string().nullable().meta({ description: 'The code of the error that refused it.' }),
});

/** A schedule trigger of a workflow, and how it does. */
export const scheduleResourceSchema = z
  .object({
    id: z.string(),
    workflow_id: z.string(),
    index: z.number().int().meta({ description: 'Its place among the schedule triggers of the workflow, from 0.' }),
    cron: z.string().nullable(),
    interval: z.union([z.string(), z.number()]).nullable(),
    timezone: z.string(),
    status: z.enum(['active', 'paused', 'inactive', 'ended']).meta({
      description:
        '`paused`: this schedule is paused. `inactive`: its workflow is paused or a draft. `ended`: no time is left.',
    }),
    next_run_at: nominal.nullable(),
    last_run: z
      .object({
        scheduled_at: nominal,
        execution_id: z.string(),
        outcome: z.enum(['starting', 'started', 'refused']),
      })
      .nullable(),
    counts: z
      .object({
        started: z.number().int(),
        missed: z.number().int(),
        skipped: z.number().int(),
        refused: z.number().int(),
        cancelled: z
          .number()
          .int()
          .optional()
          .meta({ description: 'Executions that were cancelled for the next one.' }),
      })
      .meta({ description: 'Since the schedule was made.' }),
    buffered: z.array(nominal).optional().meta({
      description: 'Nominal times that wait for the end of the execution before, oldest first.',
    }),
    notes: z.array(noteSchema).meta({
      description: `The last nominal times without an execution, newest first; at most ${LIMITS.scheduleNotes} entries.`,
    }),
  })
  .register(apiSchemas, { id: 'Schedule' });
export type ScheduleResource = z.output<typeof scheduleResourceSchema>;

/** By workflow and index; `next_cursor` goes into `starting_after` of the next call and is null on the last page. */
export const scheduleListSchema = z
  .object({
    schedules: z.array(scheduleResourceSchema),
    next_cursor: z.string().nullable(),
    has_more: z.boolean(),
  })
  .register(apiSchemas, { id: 'ScheduleList' });
export type ScheduleList = z.output<typeof scheduleListSchema>;

/** The query of the list. */
export const scheduleListQuery = z.object({
  limit: z.int().min(1).max(LIMITS.pageSize).default(20),
  starting_after: z
    .string()
    .regex(
      /^wf_[0-9a-z]{26}\.\d{1,2}$/,
      'starting_after must be the id of a schedule, the next_cursor of the page before',
    )
    .optional()
    .meta({ description: 'The `next_cursor` of the page before.' }),
});

/** Whether a schedule is paused, after that was changed. */
export const schedulePauseSchema = z
  .object({ id: z.string(), workflow_id: z.string(), index: z.number().int(), paused: z.boolean() })
  .register(apiSchemas, { id: 'SchedulePause' });
export type SchedulePause = z.output<typeof schedulePauseSchema>;

const duration = z.union([z.string(), z.number()]);

/** Body of POST /v1/schedules/preview: the config of a schedule trigger. All of it is checked, also what changes no nominal time. */
export const schedulePreviewBodySchema = z
  .strictObject({
    cron: z.string().optional(),
    interval: duration.optional(),
    timezone: z.string().optional().meta({ description: 'An IANA name (default UTC).' }),
    start_at: z.string().optional(),
    end_at: z.string().optional(),
    jitter: duration.optional(),
    catch_up: z.string().optional(),
    catch_up_window: duration.optional(),
    overlap: z.string().optional(),
    input: z.unknown().optional(),
    count: z.int().min(1).max(LIMITS.schedulePreview).optional().meta({ description: 'How many times (default 5).' }),
    from: z.iso.datetime({ offset: true }).optional().meta({ description: 'The times after this one (default: now).' }),
  })
  .register(apiSchemas, { id: 'SchedulePreviewRequest' });

/** The next times of a schedule. */
export const schedulePreviewSchema = z
  .object({
    timezone: z.string(),
    description: z.string().nullable().default(null).meta({
      description: 'The cron expression or the interval in words, in English; null where there are none for it.',
    }),
    warnings: z.array(workflowProblemSchema).default([]).meta({
      description: 'What saving such a schedule would warn of, e.g. why it has no times.',
    }),
    runs: z.array(
      z.object({
        at: nominal,
        local: z.string().meta({ description: 'The same moment as clocks in the time zone show it.' }),
        note: z.enum(['dst_shifted', 'dst_repeated']).nullable().meta({
          description:
            '`dst_shifted`: clocks skip the time asked for, and this is the first moment after it. `dst_repeated`: they show it twice. A schedule that starts both times has both as runs, each with this note; any other has the first one only.',
        }),
      }),
    ),
  })
  .register(apiSchemas, { id: 'SchedulePreview' });
export type SchedulePreview = z.output<typeof schedulePreviewSchema>;
