import type { z } from 'zod';
import type { CheckContext } from './check-context.js';
import type { DocumentPath, Report } from './problem.js';

/** The definition of a trigger type. */
export interface TriggerDefinition<T extends string, C extends z.ZodObject, S extends boolean> {
  readonly type: T;
  readonly title: string;
  readonly description: string;
  readonly config: C;
  /** A service of this version starts workflows by it. Otherwise it is checked and stored, and saving warns. */
  readonly served: S;
  /** It starts at times that are known before: lists show the next one. */
  readonly hasNextRun?: true;
  /** Its callers may wait for what the workflow responds: those of a config with `respond: wait` do. */
  readonly callersMayWait?: true;
  /** Fields of its config whose value is taken as it is, and that steps read by the same name: saving warns of expressions in them. */
  readonly dataFields?: readonly string[];
  /** A config that has every field that may be with the others. */
  readonly example: z.input<C>;
  /** Reports what the schema cannot check, e.g. a time that never comes. `at` is the place of the config; absent when there is nothing. Of a config that does not fit the schema it gets the fields that do. */
  readonly check?: (
    config: Readonly<Record<string, unknown>>,
    at: DocumentPath,
    report: Report,
    context: CheckContext,
  ) => void;
}

/** Declares a trigger type. */
export function defineTrigger<const T extends string, C extends z.ZodObject, const S extends boolean>(
  definition: TriggerDefinition<T, C, S>,
): TriggerDefinition<T, C, S> {
  return definition;
}
