import type { ServedTriggerType, TriggerType } from '@millrace/schema';
import { emailTrigger, type EmailTriggerNeeds } from './email.trigger.js';
import { scheduleTrigger, type ScheduleTriggerNeeds } from './schedule.trigger.js';
import type { ServedTriggerPlugin, TriggerPlugin } from './trigger-plugin.js';
import { webhookTrigger, type WebhookTriggerNeeds } from './webhook.trigger.js';

/** What plug-ins work with, by the type of trigger that needs it. */
export interface PluginNeeds {
  readonly webhook: WebhookTriggerNeeds;
  readonly schedule: ScheduleTriggerNeeds;
  readonly email: EmailTriggerNeeds;
}

/** A plug-in for every type of trigger: one without a line in {@link triggerPlugins} does not compile, nor a served one that is not listed. */
export type TriggerPlugins = {
  readonly [T in TriggerType]: T extends ServedTriggerType ? ServedTriggerPlugin : TriggerPlugin;
};

/** The one list of plug-ins. */
export function triggerPlugins(needs: PluginNeeds): TriggerPlugins {
  return {
    webhook: webhookTrigger(needs.webhook),
    schedule: scheduleTrigger(needs.schedule),
    email: emailTrigger(needs.email),
  };
}
