import type { ServedTriggerType, TriggerType } from '@millrace/schema';
import { emailTrigger, type EmailTriggerNeeds } from './email.trigger.js';
import { scheduleTrigger, type ScheduleTriggerNeeds } from './schedule.trigger.js';
import type { ServedTriggerPlugin, TriggerPlugin } from './trigger-plugin.js';
import { webhookTrigger, type WebhookTriggerNeeds } from './webhook.trigger.js';

/** What plug-ins work with. */
export type PluginNeeds = WebhookTriggerNeeds & ScheduleTriggerNeeds & EmailTriggerNeeds;

/** A plug-in for every type of trigger: one without a line in {@link triggerPlugins} does not compile, nor a served one that is not listed. */
export type TriggerPlugins = {
  readonly [T in TriggerType]: T extends ServedTriggerType ? ServedTriggerPlugin : TriggerPlugin;
};

/** The one list of plug-ins. */
export function triggerPlugins(needs: PluginNeeds): TriggerPlugins {
  return {
    webhook: webhookTrigger(needs),
    schedule: scheduleTrigger(needs),
    email: emailTrigger(needs),
  };
}
