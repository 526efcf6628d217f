import type { TriggerPlugin } from './trigger-plugin.js';

/** No service takes mails yet: the triggers are checked and stored, and saving warns. */
export const emailTrigger: TriggerPlugin = {};
