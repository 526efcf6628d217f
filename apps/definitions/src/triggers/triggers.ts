import { isTriggerType, SERVED_TRIGGER_TYPES, type ServedTriggerType, type TriggerType } from '@millrace/schema';
import { isObject, type JsonObject } from '../workflows/json-object.js';
import { noTriggerFields, type TriggerFields, type WorkflowRecord } from '../workflows/workflow.schema.js';
import type { TriggerPlugins } from './registry.js';
import type { TriggerListing, TriggerPlugin } from './trigger-plugin.js';

/** A workflow's document and what its triggers have. */
interface TriggerState extends TriggerFields {
  readonly document: JsonObject;
}

/** Passes the triggers of documents on to the plug-ins of their types. What has no known type stays as it is. */
export class Triggers {
  constructor(private readonly plugins: TriggerPlugins) {}

  /** What the triggers of a new version have. `former` is what the workflow has now, null for a new one. Throws SERVICE_UNAVAILABLE. */
  async assign(
    organisationId: string,
    workflowId: string,
    document: JsonObject,
    former: TriggerState | null,
  ): Promise<TriggerFields> {
    const fields = noTriggerFields();
    for (const [type, { assign }] of this.#entries()) {
      if (assign === undefined) continue;
      const before = former && { triggers: triggersOf(former.document, type), fields: former };
      const triggers = triggersOf(document, type);
      const change = { organisationId, workflowId, document, triggers, former: before };
      Object.assign(fields, await assign(change));
    }
    return fields;
  }

  /** Gives the triggers of a workflow, one after the other in their order, as users read them. */
  presenter(workflow: TriggerFields, publicUrl: string): (trigger: unknown) => unknown {
    const seen = new Map<TriggerType, number>();
    return (trigger) => {
      if (!isObject(trigger) || !isTriggerType(trigger.type)) return trigger;
      const position = seen.get(trigger.type) ?? 0;
      seen.set(trigger.type, position + 1);
      return this.plugins[trigger.type].present?.(trigger, { workflow, position, publicUrl }) ?? trigger;
    };
  }

  /** A trigger without what the server adds to it. */
  withoutServerFields(trigger: unknown): unknown {
    if (!isObject(trigger) || !isTriggerType(trigger.type)) return trigger;
    return this.plugins[trigger.type].withoutServerFields?.(trigger) ?? trigger;
  }

  /** Makes the snapshots of all types say what the database says. Throws SERVICE_UNAVAILABLE. */
  async publish(workflow: WorkflowRecord): Promise<void> {
    await Promise.all(this.#entries().map(async ([, { snapshots }]) => snapshots?.publish(workflow)));
  }

  /** Whether the snapshots of all types say what the database says. */
  async arePublished(workflow: WorkflowRecord): Promise<boolean> {
    for (const [, { snapshots }] of this.#entries())
      if (snapshots !== undefined && !(await snapshots.arePublished(workflow))) return false;
    return true;
  }

  /** How triggers of the types that are served get into lists, in the order of lists. */
  listings(): [ServedTriggerType, TriggerListing][] {
    return [...SERVED_TRIGGER_TYPES].sort().map((type) => [type, this.plugins[type].listing]);
  }

  #entries(): [TriggerType, TriggerPlugin][] {
    return Object.entries(this.plugins) as [TriggerType, TriggerPlugin][];
  }
}

/** The triggers of a type in a document, in their order, whichever of the two forms it uses. */
export function triggersOf(document: JsonObject, type: TriggerType): JsonObject[] {
  const all = Array.isArray(document.triggers) ? document.triggers : [document.trigger];
  return all.filter(isObject).filter((trigger) => trigger.type === type);
}
