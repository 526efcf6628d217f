import { z } from 'zod';
import { apiSchemas } from './api-schemas.js';

/** A JSON Schema, draft 2020-12. */
export const jsonSchemaSchema = z.unknown().register(apiSchemas, { id: 'JsonSchema' });

/** What steps and triggers have in common. */
const typeShape = {
  type: z.string(),
  title: z.string(),
  description: z.string(),
  available: z
    .boolean()
    .meta({ description: 'Whether this installation acts on it; otherwise it is checked and stored.' }),
  config: z.unknown().meta({ description: 'The JSON Schema of its config, draft 2020-12.' }),
  example: z.unknown().meta({ description: 'A config that has every field that may be with the others.' }),
};

const stepTypeSchema = z
  .object({
    ...typeShape,
    output: z.unknown().meta({ description: 'The JSON Schema of `{{id.output}}`.' }),
    data: z.string().nullable().meta({
      description: 'The member of the output that `{{id.data}}` is; null when that is the whole output.',
    }),
    retried_by_default: z.boolean(),
    iterates: z.boolean().meta({ description: 'Its nested steps read `item`, `index` and `loop`.' }),
    ends_execution: z.boolean().meta({ description: 'Nothing runs after it.' }),
  })
  .register(apiSchemas, { id: 'StepType' });

/** What an editor needs to know of the types of steps. */
export const stepTypesSchema = z
  .object({ step_types: z.array(stepTypeSchema) })
  .register(apiSchemas, { id: 'StepTypes' });
export type StepTypes = z.output<typeof stepTypesSchema>;

const triggerTypeSchema = z.object(typeShape).register(apiSchemas, { id: 'TriggerType' });

/** The same of triggers. */
export const triggerTypesSchema = z
  .object({ trigger_types: z.array(triggerTypeSchema) })
  .register(apiSchemas, { id: 'TriggerTypes' });
export type TriggerTypes = z.output<typeof triggerTypesSchema>;

const helperParameterSchema = z
  .object({ name: z.string(), type: z.string(), optional: z.boolean() })
  .register(apiSchemas, { id: 'ExpressionHelperParameter' });

const helperExampleSchema = z
  .object({ expression: z.string(), result: z.string().meta({ description: 'The result, as JSON text.' }) })
  .register(apiSchemas, { id: 'ExpressionHelperExample' });

const helperSchema = z
  .object({
    name: z.string(),
    group: z.string(),
    signature: z.string().meta({ description: 'As in `padStart(text, length, fill?)`.' }),
    description: z.string(),
    parameters: z.array(helperParameterSchema),
    returns: z.string(),
    method: z.boolean().meta({ description: 'Whether `value.name(…)` is the same as `name(value, …)`.' }),
    examples: z.array(helperExampleSchema),
  })
  .register(apiSchemas, { id: 'ExpressionHelper' });

/** The helpers of expressions. */
export const expressionHelpersSchema = z
  .object({ helpers: z.array(helperSchema) })
  .register(apiSchemas, { id: 'ExpressionHelpers' });
export type ExpressionHelpers = z.output<typeof expressionHelpersSchema>;
