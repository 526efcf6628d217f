import { memberNames } from './field-sites.js';
import { dataFieldsOf, triggerDefinitions, TRIGGER_TYPES, type TriggerType } from './trigger-schemas.js';

/** Where a member belongs that is the name of a type of trigger, or that the config of one has. */
export function hintForMember(name: string): string | undefined {
  const type = typeOf(name);
  if (type === undefined) return undefined;
  const config = name === type ? '{…}' : `{"${name}": …}`;
  return `It belongs into a trigger: "trigger": {"type": "${type}", "config": ${config}}.`;
}

/** The type of trigger that has a member called like a type that there is not, such as "cron". */
export function hintForType(name: string): string | undefined {
  const type = typeOf(name);
  return type === undefined ? undefined : `Write {"type": "${type}", "config": {"${name}": …}}.`;
}

/** Not by what may be anything: an "input" is not only that of a schedule. */
function typeOf(name: string): TriggerType | undefined {
  const isNamed = (type: TriggerType): boolean =>
    memberNames(triggerDefinitions[type].config).includes(name) && !dataFieldsOf(type).includes(name);
  return TRIGGER_TYPES.find((type) => type === name || isNamed(type));
}
