import { z } from 'zod';
import { ID_FORMS } from '../ids.js';
import { apiSchemas } from './api-schemas.js';
import { EVENT_TYPES } from './event-subscriptions.js';

/**
 * What a stream says of an event of an execution: that it happened and to which step, without inputs and outputs. Members depend on the
 * type, and later versions may add some.
 */
export const liveEventSchema = z
  .looseObject({
    id: z.string().meta({
      description:
        'As in the journal: goes into `Last-Event-ID` to go on behind it. A `text`, which is not in the journal, has that of the event before.',
    }),
    type: z.string().meta({
      description:
        '`started`, `step_started`, `step_completed`, `step_failed`, `step_skipped`, `step_waiting`, `suspended`, `woken`, `resumed`, …; `text` for what a model writes, as it comes; `completed`, `failed`, `cancelled` or `incomplete` is the last one.',
    }),
    at: z.string(),
    path: z.string().optional().meta({ description: 'Of the step run: `step`, or `loop[3].step` in an iteration.' }),
    step_id: z.string().optional(),
    step_type: z.string().optional(),
    attempt: z.number().int().optional(),
    started_at: z.string().optional(),
    duration_ms: z
      .number()
      .optional()
      .meta({ description: 'From `started_at` to `at`, of a step run that has its result.' }),
    error: z
      .object({ code: z.string().meta({ description: 'Of the error catalogue.' }), message: z.string() })
      .optional()
      .meta({ description: 'The beginning of its message; the step run has the rest.' }),
    retry_at: z.string().optional().meta({ description: 'When the next attempt begins.' }),
    waits_for: z.string().optional(),
    until: z.string().optional(),
    child_execution_id: z.string().optional(),
    text: z.string().optional().meta({ description: 'Only of `text`: what has come, without secrets.' }),
    offset: z.number().int().optional().meta({
      description:
        'Only of `text`: how many UTF-16 code units came of this call before. 0 begins anew: what came of the step run is void.',
    }),
    call: z
      .number()
      .int()
      .optional()
      .meta({ description: 'Only of `text`: the call of a model, from 1 in each attempt.' }),
  })
  .register(apiSchemas, { id: 'LiveEvent' });
export type LiveEvent = z.output<typeof liveEventSchema>;

/** What a stream says of an event of an organisation: what is sent to its subscriptions too. */
export const organisationEventSchema = z
  .object({
    id: z.string().meta({ description: 'The `webhook-id` of deliveries of the same event.' }),
    type: z.string(),
    timestamp: z.string(),
    data: z.record(z.string(), z.unknown()).meta({ description: 'Ids and facts, by the type.' }),
  })
  .register(apiSchemas, { id: 'OrganisationEvent' });
export type OrganisationEvent = z.output<typeof organisationEventSchema>;

/** A stream as EventSource takes it, whose `data` are such events. */
export function streamOf(event: string) {
  return z.unknown().meta({
    type: 'string',
    description: `Lines \`event\`, \`id\` and \`data\`, which is the JSON of a \`${event}\`. Comments are signs of life.`,
    contentMediaType: 'text/event-stream',
    contentSchema: { $ref: `#/components/schemas/${event}` },
  });
}
export const liveEventStreamSchema = streamOf('LiveEvent').register(apiSchemas, { id: 'LiveEventStream' });
export const organisationEventStreamSchema = streamOf('OrganisationEvent').register(apiSchemas, {
  id: 'OrganisationEventStream',
});

const typeForm = `(?:${EVENT_TYPES.map((type) => type.replace('.', String.raw`\.`)).join('|')})`;

/** Which events of the organisation. */
export const organisationEventsQuery = z.object({
  types: z
    .string()
    .regex(
      new RegExp(`^${typeForm}(?:,${typeForm}){0,${EVENT_TYPES.length - 1}}$`),
      `types must be one or more of ${EVENT_TYPES.join(', ')}, with commas between them`,
    )
    .optional()
    .meta({ description: 'Only events of these types: `execution.failed,schedule.missed`.' }),
  workflow_id: z
    .string()
    .regex(ID_FORMS.workflow, 'workflow_id must be a workflow id')
    .optional()
    .meta({ description: 'Only events of this workflow.' }),
});
