import { z } from 'zod';
import { carried, openEnum, openUnion, type Unrecognised } from '../open-values.js';

const execution_id = z.string();

/** A call of the API. */
const api = carried({ type: z.literal('api') });

/** Header names are in lower case, credentials are removed. */
const webhook = carried({
  type: z.literal('webhook'),
  webhook_id: z.string(),
  method: z.string(),
  headers: z.record(z.string(), z.string()),
  query: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
});

/** Nominal times, ISO 8601; there is none before the first and after the last. */
const schedule = carried({
  type: z.literal('schedule'),
  scheduled_at: z.string(),
  previous_at: z.string().nullish(),
  next_at: z.string().nullish(),
  /** The job, of a backfill. */
  backfill: z.string().optional(),
});

/** The message itself is the input. */
const email = carried({ type: z.literal('email'), mailbox_id: z.string(), message_id: z.string() });

/** How far an execution is from the first one of those that have started each other; absent in what earlier releases wrote. */
const depth = z.number().int().positive().optional();

/** The step of another execution that started this one. */
const workflow = carried({
  type: z.literal('workflow'),
  execution_id,
  step_path: z.string(),
  /** That step waits for its end. */
  awaited: z.boolean().optional(),
  depth,
  /** The first one was started because another one had failed: then a failure starts nothing any more. */
  handles_failure: z.boolean().optional(),
  /** The first one only tries something, and so do all that it starts. */
  test: z.boolean().optional(),
});

/** The execution that has failed, of a workflow whose `settings.on_failure_workflow` this one is of. */
const failure = carried({ type: z.literal('failure'), execution_id, workflow_id: z.string() });

/** A call of the API that only tries something: what is run is a version, the draft, or a document that was sent. */
const test = carried({ type: z.literal('test'), runs: openEnum(['version', 'draft', 'document']) });

/** What started the first execution of a row of retries and replays: `{{trigger}}` in all of them. */
const original = z.looseObject({ type: z.string() }).optional();

/** The execution that this one goes on from. */
const retry = carried({ type: z.literal('retry'), execution_id, original });

/** The execution whose input this one has, unless it was given another one. */
const replay = carried({ type: z.literal('replay'), execution_id, original });

/** The types of triggers that this version knows. */
export const TRIGGER_INFOS = [api, webhook, schedule, email, workflow, failure, retry, replay, test] as const;

export type KnownTrigger = z.output<(typeof TRIGGER_INFOS)[number]>;

/** A trigger of a type that only newer versions know, with what they say of it. */
export type UnknownTrigger = { type: Unrecognised };

/** What started an execution: `{{trigger}}` in its workflow, and `trigger` of its record. */
export type TriggerInfo = KnownTrigger | UnknownTrigger;

/** Whether an execution with this trigger only tries something: it is in no figures, and nobody is notified of it. */
export function isTest(trigger: TriggerInfo): boolean {
  return trigger.type === 'test' || (trigger.type === 'workflow' && trigger.test === true);
}

/** What an execution gets of its trigger: that of the first one, for one that retries or replays another. One that only tries something is not announced. */
export function toldTrigger(trigger: TriggerInfo): TriggerInfo {
  if (trigger.type === 'test') return { type: 'api' };
  const { original } = trigger as { original?: TriggerInfo };
  return (trigger.type === 'retry' || trigger.type === 'replay') && original ? original : trigger;
}
export const triggerInfoSchema: z.ZodType<TriggerInfo> = openUnion(TRIGGER_INFOS);
