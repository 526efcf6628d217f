import { z } from 'zod';
import { shownWebhookCallSchema, type ShownWebhookCall } from '../http/webhook-listening.js';
import { WEBHOOK_VERDICTS } from '../http/webhooks.js';
import { defineNotice } from '../message.js';
import { carried, openEnum } from '../open-values.js';

/** For so long a listener is shown calls after each {@link WebhookListened}, in milliseconds. */
export const LISTENED_FOR_MS = 30_000;

/** Sent by a gateway to all dispatchers, again and again while somebody listens to an address, so that those who start later know of it too; and once when it ends. */
export const WebhookListened = defineNotice({
  name: 'WebhookListened',
  pattern: 'webhook-listening.begun',
  schema: carried({
    listener_id: z.string(),
    organisation_id: z.string(),
    webhook_id: z.string(),
    /** Whether it listens no more. */
    ended: z.boolean().optional(),
  }),
  subject: () => 'webhook-listening.begun',
  addressOf: () => null,
});

/* A gateway passes on a verdict that only a newer dispatcher knows. */
const shownCall = shownWebhookCallSchema.extend({
  verdict: openEnum(WEBHOOK_VERDICTS),
}) as unknown as z.ZodType<ShownWebhookCall>;

/** Shows a listener a call, or reports those that it was not shown. */
export const WebhookCallShown = defineNotice({
  name: 'WebhookCallShown',
  pattern: 'webhook-listening.shown.*',
  schema: carried({
    listener_id: z.string(),
    /** Absent when there is none that could be shown. */
    call: shownCall.optional(),
    /** Calls that this dispatcher has not shown since the last one that it has. */
    missed: z.number().int(),
  }),
  subject: ({ listener_id }: { listener_id: string }) => `webhook-listening.shown.${listener_id}`,
  addressOf: (payload) => payload,
});
export type ShownCall = z.output<typeof WebhookCallShown.schema>;
