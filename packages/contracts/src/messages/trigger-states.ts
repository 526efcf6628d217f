import { z } from 'zod';
import { scheduleResourceSchema } from '../http/schedules.js';
import { storedTriggerSchema } from '../http/triggers.js';
import { LIMITS } from '../limits.js';
import { defineRequest } from '../message.js';
import { page, scoped } from './question-parts.js';

/** A page of the triggers of the organisation's workflows, by workflow, type and index. */
export const ListTriggers = defineRequest({
  subject: 'definitions.triggers.list',
  question: scoped.extend(page),
  answer: z.object({
    triggers: z.array(storedTriggerSchema),
    next_cursor: z.string().nullable(),
    has_more: z.boolean(),
  }),
});

/** The schedules of workflows of the organisation; those that are not known to the scheduler yet are missing. */
export const DescribeSchedules = defineRequest({
  subject: 'scheduler.schedules.describe',
  question: scoped.extend({ workflow_ids: z.array(z.string()).max(LIMITS.pageSize) }),
  answer: z.object({ schedules: z.array(scheduleResourceSchema) }),
});

/** When addresses of the organisation were last called, by their ids; those without a call in the list are missing. And why addresses refuse every call. */
export const ListLastWebhookCalls = defineRequest({
  subject: 'webhooks.calls.last',
  question: scoped.extend({ webhook_ids: z.array(z.string()).max(LIMITS.pageSize) }),
  answer: z.object({
    last: z.record(z.string(), z.string()),
    /** By their ids; those that take calls are missing. Releases before this one do not say it. */
    refusing: z.record(z.string(), z.string()).optional(),
    /** Why those take no call by their `secret` that take calls by `previous_secret`, by their ids. */
    impaired: z.record(z.string(), z.string()).optional(),
  }),
});
