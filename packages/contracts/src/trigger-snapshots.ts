import { z } from 'zod';
import { defineSnapshot, type SnapshotDefinition } from './message.js';
import { openEnum } from './open-values.js';
import { MailboxesSnapshot } from './snapshots.js';

const webhookSignature = z.object({
  /** One that a reader does not know refuses every call. */
  scheme: z.string(),
  /** Templates as the user wrote them. */
  secret: z.string(),
  previous_secret: z.string().optional(),
  header: z.string().optional(),
});
/** How the calls of a webhook are signed. */
export type WebhookSignature = z.output<typeof webhookSignature>;

/** The address of a webhook trigger. */
export const WebhookSnapshot = defineSnapshot({
  name: 'webhook',
  key: (address: { webhook_id: string }) => `webhook.${address.webhook_id}`,
  schema: z.object({
    webhook_id: z.string(),
    organisation_id: z.string(),
    workflow_id: z.string(),
    /** The HTTP method the trigger takes, upper case. */
    method: z.string(),
    /** Headers that a call must carry, with these values: templates as the user wrote them. */
    required_headers: z.record(z.string(), z.string()).optional(),
    signature: webhookSignature.optional(),
    /** A template of what tells events apart; null: nothing does; absent: what the sender names its delivery. */
    dedupe_key: z.string().nullable().optional(),
    /** `wait`: the caller gets the response of the workflow. By default it gets a 202. */
    respond: openEnum(['accepted', 'wait']).optional(),
    /** With `wait`: no step of the workflow responds, so its output does. */
    responds_with_output: z.boolean().optional(),
    /** For how long the caller waits: a duration as users write it; `LIMITS.webhookResponseMs` by default. */
    respond_timeout: z.union([z.string(), z.number()]).optional(),
    /** Of an address that was replaced: no call is taken from then on, ISO 8601. */
    valid_until: z.string().optional(),
  }),
});
export type WebhookSnapshotValue = z.output<typeof WebhookSnapshot.schema>;

/** The schedule triggers of a workflow, for the service that starts executions by them. None when it has none. */
export const ScheduleSnapshot = defineSnapshot({
  name: 'schedule',
  key: (address: { workflow_id: string }) => `schedule.${address.workflow_id}`,
  schema: z.object({
    organisation_id: z.string(),
    workflow_id: z.string(),
    /** Whether the workflow may be started by them. */
    active: z.boolean(),
    /** In the order of the document; the place of each is its index. */
    schedules: z.array(
      z.object({
        /** The trigger's config as JSON text, as the user sent it. */
        config: z.string(),
        paused: z.boolean(),
        /** From when on it has been as it is now: made, changed, resumed, or its workflow activated. What was due before is none of its business. */
        since: z.string(),
      }),
    ),
  }),
});
export type ScheduleSnapshotValue = z.output<typeof ScheduleSnapshot.schema>;

/** The e-mail triggers of a workflow. The organisation is in the key, so that those of one organisation are found together. */
export const EmailTriggersSnapshot = defineSnapshot({
  name: 'email',
  key: (address: { organisation_id: string; workflow_id: string }) =>
    `email.${address.organisation_id}.${address.workflow_id}`,
  schema: z.object({
    organisation_id: z.string(),
    workflow_id: z.string(),
    /** JSON text of their configs, in their order. */
    triggers: z.string(),
  }),
});
export type EmailTriggersSnapshotValue = z.output<typeof EmailTriggersSnapshot.schema>;

/** The e-mail triggers of one organisation: `snapshots.all` of it gives them by the ids of their workflows. */
export function emailTriggersOf(organisationId: string): SnapshotDefinition<EmailTriggersSnapshotValue, string> {
  const { schema } = EmailTriggersSnapshot;
  return { name: `email.${organisationId}`, key: (workflowId) => `email.${organisationId}.${workflowId}`, schema };
}

/** The snapshots that are listed, each by the first word of the name of its bucket: whoever lists one may read its whole bucket. */
export const LISTED_SNAPSHOTS = {
  schedule: [ScheduleSnapshot],
  mail: [MailboxesSnapshot, EmailTriggersSnapshot],
} as const;
