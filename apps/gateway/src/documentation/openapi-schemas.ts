import { apiSchemas } from '@millrace/contracts';
import { workflowJsonSchema } from '@millrace/schema';
import { z } from 'zod';

/** A JSON Schema, or a part of one. */
export type JsonSchema = Record<string, unknown>;

const COMPONENTS = '#/components/schemas/';

const MERGE_PATCH =
  'A JSON Merge Patch (RFC 7396) of the document: objects are merged at every level, null removes a member, everything else replaces.';

/** What a schema of the contracts is called in `components.schemas`: a body without a name is a defect. */
export function schemaReference(schema: z.ZodType): JsonSchema {
  const id = apiSchemas.get(schema)?.id;
  if (id === undefined) throw new Error('A body of the API has no name: register its schema in apiSchemas');
  return { $ref: COMPONENTS + id };
}

/** `components.schemas`: the registered bodies, and the workflow document as its own package describes it. */
export function componentSchemas(): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(apiSchemas, {
    // What may be left out is left open: a later release may answer with more.
    io: 'input',
    uri: (id) => COMPONENTS + id,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => withoutSafeIntegers(jsonSchema),
  });
  const own = Object.entries(schemas).map(([id, schema]) => {
    const { $id: _uri, $schema: _dialect, id: _id, ...rest } = schema as JsonSchema;
    return [id, rest] as const;
  });
  const { document, definitions } = workflowDocument();
  return {
    ...Object.fromEntries(own),
    ...definitions,
    WorkflowDocument: document,
    WorkflowPatch: { ...document, required: [], description: 'The members of the document that change.' },
    WorkflowMergePatch: { type: 'object', additionalProperties: true, description: MERGE_PATCH },
  };
}

/** Takes away the bounds that every integer of JavaScript has: they say nothing of the API. */
function withoutSafeIntegers(schema: JsonSchema): void {
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
}

/** The schema of workflow documents, its definitions moved to where OpenAPI has them. */
function workflowDocument(): { document: JsonSchema; definitions: Record<string, JsonSchema> } {
  const { $schema: _dialect, $id: _uri, $defs: definitions, ...document } = moved(workflowJsonSchema()) as JsonSchema;
  return { document, definitions: definitions as Record<string, JsonSchema> };
}

/** The same with references to `#/$defs/step` as `#/components/schemas/step`. */
function moved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(moved);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      key === '$ref' && typeof member === 'string' ? member.replace('#/$defs/', COMPONENTS) : moved(member),
    ]),
  );
}
