import { z } from 'zod';
import { executionAcceptedSchema } from '../http/executions.js';
import {
  scheduleListSchema,
  schedulePauseSchema,
  schedulePreviewBodySchema,
  schedulePreviewSchema,
} from '../http/schedules.js';
import { defineRequest } from '../message.js';
import { scoped } from './question-parts.js';

const one = scoped.extend({ workflow_id: z.string(), index: z.number().int().nonnegative() });

/** A page of the organisation's schedules, or of one workflow's. */
export const ListSchedules = defineRequest({
  subject: 'scheduler.schedules.list',
  question: scoped.extend({
    workflow_id: z.string().optional(),
    limit: z.number().int().positive(),
    starting_after: z.string().optional(),
  }),
  answer: scheduleListSchema,
});

/** When the first of each workflow's schedules is due next; workflows without one that is active are left out. */
export const ListNextRuns = defineRequest({
  subject: 'scheduler.schedules.next-runs',
  question: scoped.extend({ workflow_ids: z.array(z.string()).max(100) }),
  answer: z.object({ next: z.record(z.string(), z.string()) }),
});

/** When a schedule would be due. Errors: INVALID_INPUT. */
export const PreviewSchedule = defineRequest({
  subject: 'scheduler.schedules.preview',
  question: scoped.extend({ schedule: schedulePreviewBodySchema }),
  answer: schedulePreviewSchema,
});

/** Starts an execution now, as the schedule would. Errors: SCHEDULE_NOT_FOUND, and those of `startExecution`. */
export const TriggerSchedule = defineRequest({
  subject: 'scheduler.schedules.trigger',
  question: one,
  answer: executionAcceptedSchema,
});

/** Pauses or resumes a schedule; returns once that is published. Errors: WORKFLOW_NOT_FOUND, SCHEDULE_NOT_FOUND. */
export const PauseSchedule = defineRequest({
  subject: 'definitions.schedules.pause',
  question: one.extend({ paused: z.boolean() }),
  answer: schedulePauseSchema,
});
