import { z } from 'zod';
import { isPlainObject } from './field-sites.js';
import { RESPONSE_SCHEMA_LIMITS } from './limits.js';

const SCHEMA = ['additionalProperties', 'items'] as const;
const SCHEMAS = ['anyOf', 'oneOf'] as const;
const OTHERS = [
  ...[
    'type',
    'enum',
    'const',
    'required',
    'title',
    'description',
    'default',
    'examples',
    'format',
    '$schema',
    '$comment',
  ],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minLength', 'maxLength'],
  ...['minItems', 'maxItems', 'minProperties', 'maxProperties'],
];
/** The keywords of JSON Schema that a `response_schema` or `input_schema` may have. Each is checked in one pass over the value it is about. */
export const RESPONSE_SCHEMA_KEYWORDS: readonly string[] = ['properties', ...SCHEMA, ...SCHEMAS, ...OTHERS].sort();

/** What `format` may say of a text there: what can be checked by going through the text once. */
export const RESPONSE_SCHEMA_FORMATS = ['date', 'date-time', 'time', 'email', 'uri', 'uuid', 'ipv4', 'ipv6'] as const;

type Path = readonly (string | number)[];

/**
 * A JSON Schema for what a model returns, or passes to a tool. Not all of JSON Schema: references and nested alternatives can make a check take a time
 * that doubles with each level, and patterns can take very long over a text that somebody else wrote.
 */
export function responseSchemaField(description: string, called = 'a response_schema') {
  return z
    .record(z.string(), z.unknown())
    .superRefine((schema, context) => {
      const { size } = RESPONSE_SCHEMA_LIMITS;
      if (JSON.stringify(schema).length > size)
        return refuse(context, [], `it has more than ${size} characters as JSON`);
      checkSchema(schema, { called, path: [], depth: 1, parts: { left: RESPONSE_SCHEMA_LIMITS.parts } }, context);
    })
    .meta({ description });
}

interface Place {
  /** What it is, in messages. */
  readonly called: string;
  readonly path: Path;
  readonly depth: number;
  /** Schemas and values of `enum` that may still come. */
  readonly parts: { left: number };
}

function checkSchema(schema: unknown, place: Place, context: z.RefinementCtx): void {
  const { called, path, depth, parts } = place;
  if (typeof schema === 'boolean') return;
  if (!isPlainObject(schema)) return refuse(context, path, 'must be a JSON Schema: an object, true or false');
  if (depth > RESPONSE_SCHEMA_LIMITS.depth)
    return refuse(context, path, `it nests deeper than ${RESPONSE_SCHEMA_LIMITS.depth} schemas`);
  if (!take(parts, 1 + (Array.isArray(schema['enum']) ? schema['enum'].length : 0), context)) return;
  for (const [keyword, value] of Object.entries(schema)) {
    if (!RESPONSE_SCHEMA_KEYWORDS.includes(keyword)) refuseKeyword(keyword, { called, path }, context);
    else for (const inner of schemasIn(keyword, value)) checkSchema(inner.schema, below(place, inner.path), context);
  }
}

/** The schemas that the value of a keyword holds, and where in the schema that has the keyword. */
export function schemasIn(keyword: string, value: unknown): { readonly path: Path; readonly schema: unknown }[] {
  if ((SCHEMA as readonly string[]).includes(keyword)) return [{ path: [keyword], schema: value }];
  if ((SCHEMAS as readonly string[]).includes(keyword) && Array.isArray(value))
    return value.map((schema: unknown, index) => ({ path: [keyword, index], schema }));
  if (keyword === 'properties' && isPlainObject(value))
    return Object.entries(value).map(([name, schema]) => ({ path: [keyword, name], schema }));
  return [];
}

function below(place: Place, path: Path): Place {
  return { ...place, path: [...place.path, ...path], depth: place.depth + 1 };
}

function take(parts: Place['parts'], count: number, context: z.RefinementCtx): boolean {
  const had = parts.left;
  parts.left -= count;
  if (had >= 0 && parts.left < 0)
    refuse(context, [], `it has more than ${RESPONSE_SCHEMA_LIMITS.parts} parts (schemas and values of "enum")`);
  return parts.left >= 0;
}

function refuseKeyword(
  keyword: string,
  { called, path }: Pick<Place, 'called' | 'path'>,
  context: z.RefinementCtx,
): void {
  context.addIssue({
    code: 'custom',
    path: [...path, keyword],
    message: `${JSON.stringify(keyword.slice(0, 64))} cannot be used in ${called}`,
    params: { hint: `Write the schema out with these: ${RESPONSE_SCHEMA_KEYWORDS.join(', ')}.` },
  });
}

function refuse(context: z.RefinementCtx, path: Path, message: string): void {
  context.addIssue({ code: 'custom', path: [...path], message });
}
