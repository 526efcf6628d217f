import { z } from 'zod';
import { FIELD_LIMITS } from './limits.js';
import { responseSchemaField } from './response-schema.js';

/** What the APIs of all models take as the name of a tool. */
const TOOL_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** How a model calls a tool. */
export function toolNameField(description: string) {
  return z
    .string()
    .max(FIELD_LIMITS.toolNameLength, { abort: true })
    .regex(TOOL_NAME, { error: 'must be a letter, then letters, digits, "_" and "-", e.g. "find_order"' })
    .meta({ description });
}

/** What a tool is good for, in words for a model. */
export function toolDescriptionField(description: string) {
  return z.string().min(1).max(FIELD_LIMITS.toolDescriptionLength).meta({ description });
}

/** What models get about a workflow that they may start. */
export const toolSchema = z
  .strictObject({
    name: toolNameField('The name by which models call it, e.g. "find_order".'),
    description: toolDescriptionField('What it does, what it returns, and when to use it: what models read.'),
    input_schema: responseSchemaField(
      "A JSON Schema of the execution's input, which is an object: what a model passes is checked by it.",
      'an input_schema',
    )
      .refine((schema) => schema['type'] === 'object', { error: 'its "type" must be "object"' })
      .optional(),
  })
  .meta({ description: 'Lets models use the workflow as a tool, where an ai_completion step names it.' });

/** See {@link toolSchema}. */
export type WorkflowTool = z.output<typeof toolSchema>;
