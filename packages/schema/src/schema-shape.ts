import { ExactNumber } from '@millrace/expression/exact';
import { isPlainObject } from './field-sites.js';
import type { DocumentPath, RawProblem, Report } from './problem.js';
import { RESPONSE_SCHEMA_FORMATS, schemasIn } from './response-schema.js';

const FORMATS: readonly unknown[] = RESPONSE_SCHEMA_FORMATS;
const TYPES: readonly unknown[] = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];

/** What the value of a keyword has to be, in words, and whether it is. */
interface Shape {
  readonly is: string;
  readonly fits: (value: unknown) => boolean;
}

const numberOf = (value: unknown): number =>
  value instanceof ExactNumber ? Number(value.text) : typeof value === 'number' ? value : Number.NaN;

const NUMBER: Shape = { is: 'a number', fits: (value) => !Number.isNaN(numberOf(value)) };
const COUNT: Shape = {
  is: 'a whole number from 0 on',
  fits: (value) => Number.isInteger(numberOf(value)) && numberOf(value) >= 0,
};
const TEXT: Shape = { is: 'text', fits: (value) => typeof value === 'string' };
const SCHEMAS: Shape = {
  is: 'an array of JSON Schemas, at least one',
  fits: (value) => Array.isArray(value) && value.length > 0,
};
const isArrayOfDifferentTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === 'string') && new Set(value).size === value.length;

/** Keywords whose value can be anything, or is a schema by itself, are not here. */
const SHAPES: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  [
    'type',
    {
      is: `one of ${TYPES.join(', ')}, or an array of different ones`,
      fits: (value) =>
        Array.isArray(value)
          ? value.length > 0 && value.every((one) => TYPES.includes(one)) && isArrayOfDifferentTexts(value)
          : TYPES.includes(value),
    },
  ],
  ['format', { is: `one of ${FORMATS.join(', ')}: others are not checked`, fits: (value) => FORMATS.includes(value) }],
  ['properties', { is: 'an object of JSON Schemas', fits: isPlainObject }],
  ['required', { is: 'an array of different names', fits: isArrayOfDifferentTexts }],
  ['enum', { is: 'an array of values, at least one', fits: (value) => Array.isArray(value) && value.length > 0 }],
  ['examples', { is: 'an array', fits: Array.isArray }],
  ['multipleOf', { is: 'a number above 0', fits: (value) => numberOf(value) > 0 }],
  ...['anyOf', 'oneOf'].map((name) => [name, SCHEMAS] as const),
  ...['title', 'description', '$schema', '$comment'].map((name) => [name, TEXT] as const),
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'].map((name) => [name, NUMBER] as const),
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'].map(
    (name) => [name, COUNT] as const,
  ),
]);

/**
 * Reports keywords of a JSON Schema whose values are none that they can have: nothing could be checked by it. Its keywords and its size are
 * bounded where it is read (`responseSchemaField`).
 */
export function checkSchemaShape(schema: unknown, at: DocumentPath, report: Report): void {
  if (!isPlainObject(schema)) return;
  for (const [keyword, value] of Object.entries(schema)) {
    const shape = SHAPES.get(keyword);
    if (shape !== undefined && !shape.fits(value)) {
      report({
        code: 'invalid_value',
        at: [...at, keyword],
        message: `${keyword === 'format' ? 'cannot be checked' : 'is no JSON Schema'}: "${keyword}" must be ${shape.is}`,
        hint: hintFor(keyword, value),
      });
      continue;
    }
    for (const inner of schemasIn(keyword, value)) checkSchemaShape(inner.schema, [...at, ...inner.path], report);
  }
}

function hintFor(keyword: string, value: unknown): RawProblem['hint'] {
  if (typeof value !== 'string') return undefined;
  if (keyword === 'format')
    return (suggest) =>
      suggest(value, FORMATS as string[]) ?? 'Leave "format" out, and say in "description" what the text has to be.';
  if (keyword !== 'type') return undefined;
  return (suggest) =>
    suggest(value, TYPES as string[]) ?? 'E.g. {"type": "object", "properties": {"city": {"type": "string"}}}.';
}
