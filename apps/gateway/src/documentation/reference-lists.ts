import type { ExpressionHelpers, StepTypes, TriggerTypes } from '@millrace/contracts';
import { HELPERS } from '@millrace/expression';
import {
  stepConfigJsonSchema,
  stepDefinitions,
  stepOutputJsonSchema,
  STEP_TYPES,
  triggerConfigJsonSchema,
  triggerDefinitions,
  TRIGGER_TYPES,
  type StepType,
} from '@millrace/schema';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** What editors need, from the definitions that services themselves work by. */
export function stepTypeList(): StepTypes {
  return {
    step_types: STEP_TYPES.map((type) => {
      const { title, description, executable, data, example, retriedByDefault, iterates, endsExecution } =
        stepDefinitions[type];
      return {
        type,
        title,
        description,
        available: executable,
        config: stepConfigJsonSchema(type),
        output: stepOutputJsonSchema(type),
        data,
        example,
        retried_by_default: retriedByDefault,
        iterates,
        ends_execution: endsExecution,
      };
    }),
  };
}

/** The same of triggers. */
export function triggerTypeList(): TriggerTypes {
  return {
    trigger_types: TRIGGER_TYPES.map((type) => {
      const { title, description, served, example } = triggerDefinitions[type];
      return { type, title, description, available: served, config: triggerConfigJsonSchema(type), example };
    }),
  };
}

/** The same of the helpers of expressions. */
export function helperList(): ExpressionHelpers {
  return {
    helpers: HELPERS.map(({ name, group, signature, doc, params, returns, method, examples }) => ({
      name,
      group,
      signature,
      description: doc,
      parameters: [...params],
      returns,
      method,
      examples: examples.map(([expression, result]) => ({ expression, result })),
    })),
  };
}

/** The schema of the config of one type of step, as a document of its own. */
export function stepSchema(type: StepType): Record<string, unknown> {
  const { title, description } = stepDefinitions[type];
  return { $schema: DIALECT, $id: `urn:millrace:step:${type}:1`, title, description, ...stepConfigJsonSchema(type) };
}
