import type { TriggerPlugin } from './trigger-plugin.js';

/** No service starts workflows by schedules yet: they are checked and stored, and saving warns. */
export const scheduleTrigger: TriggerPlugin = {};
