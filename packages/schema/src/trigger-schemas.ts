import type { z } from 'zod';
import type { TriggerDefinition } from './trigger-definition.js';
import { emailTrigger } from './triggers/email.js';
import { scheduleTrigger } from './triggers/schedule.js';
import { webhookTrigger } from './triggers/webhook.js';

/** The one list of trigger types. */
export const triggerDefinitions = {
  webhook: webhookTrigger,
  schedule: scheduleTrigger,
  email: emailTrigger,
} as const;

/** The name of a trigger type. */
export type TriggerType = keyof typeof triggerDefinitions;

/** The config of a trigger type with its defaults filled in. */
export type TriggerConfigOf<T extends TriggerType> = z.output<(typeof triggerDefinitions)[T]['config']>;

/** A trigger as a user writes it, discriminated by `type`. */
export type Trigger = {
  [T in TriggerType]: { type: T; config?: z.input<(typeof triggerDefinitions)[T]['config']> };
}[TriggerType];

/** All trigger types, in the order of the list. */
export const TRIGGER_TYPES = Object.keys(triggerDefinitions) as readonly TriggerType[];

/** The name of a trigger type that a service of this version starts workflows by. */
export type ServedTriggerType = {
  [T in TriggerType]: (typeof triggerDefinitions)[T]['served'] extends true ? T : never;
}[TriggerType];

/** The types of trigger that a service of this version starts workflows by; saving warns of all others. */
export const SERVED_TRIGGER_TYPES = TRIGGER_TYPES.filter(
  (type): type is ServedTriggerType => triggerDefinitions[type].served,
);

/** Whether triggers of a type start at times that are known before. False of a type that only newer versions know. */
export function hasNextRun(type: string): boolean {
  return isTriggerType(type) && definitionOf(type).hasNextRun === true;
}

/** Whether callers of triggers of a type may wait for what the workflow responds. */
export function callersMayWait(type: TriggerType): boolean {
  return definitionOf(type).callersMayWait === true;
}

/** The fields of a type's config whose value is taken as it is. */
export function dataFieldsOf(type: TriggerType): readonly string[] {
  return definitionOf(type).dataFields ?? [];
}

function definitionOf(
  type: TriggerType,
): Pick<TriggerDefinition<TriggerType, z.ZodObject, boolean>, 'hasNextRun' | 'callersMayWait' | 'dataFields'> {
  return triggerDefinitions[type];
}

/** True for the name of a trigger type. */
export function isTriggerType(value: unknown): value is TriggerType {
  return typeof value === 'string' && Object.hasOwn(triggerDefinitions, value);
}
