import type { z } from 'zod';

/** Everything the product knows about a trigger type. */
export interface TriggerDefinition<T extends string, C extends z.ZodObject> {
  readonly type: T;
  readonly title: string;
  readonly description: string;
  readonly config: C;
}

/** Declares a trigger type. */
export function defineTrigger<const T extends string, C extends z.ZodObject>(
  definition: TriggerDefinition<T, C>,
): TriggerDefinition<T, C> {
  return definition;
}
