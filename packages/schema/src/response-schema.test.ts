import { RESPONSE_SCHEMA_LIMITS } from './limits.js';
import { responseSchemaField } from './response-schema.js';

const issuesOf = (schema: unknown) =>
  responseSchemaField('A schema.')
    .safeParse(schema)
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];

const nested = (depth: number): object => (depth === 0 ? {} : { type: 'array', items: nested(depth - 1) });

describe('a response_schema', () => {
  it('takes what is checked in one pass', () => {
    const item = { type: 'object', properties: { pattern: { type: 'string', maxLength: 5 } }, required: ['pattern'] };
    const either = { anyOf: [{ type: 'null' }, item], description: 'One or none' };
    expect(issuesOf({ type: 'array', items: either, minItems: 1 })).toEqual([]);
    expect(issuesOf({ type: 'object', properties: { a: { enum: ['x', 'y'] } }, additionalProperties: false })).toEqual(
      [],
    );
  });

  it.each(['$ref', '$defs', 'pattern', 'patternProperties', 'uniqueItems', 'not', 'allOf', 'if'])(
    'refuses %s, wherever it is',
    (keyword) => {
      const inner = { type: 'object', properties: { a: { [keyword]: {} } } };
      const place = `items.anyOf.0.properties.a.${keyword}`;
      expect(issuesOf({ type: 'array', items: { anyOf: [inner] } })).toEqual([
        `${place}: ${JSON.stringify(keyword)} cannot be used in a response_schema`,
      ]);
    },
  );

  it('has bounds', () => {
    const { depth, parts, size } = RESPONSE_SCHEMA_LIMITS;
    expect(issuesOf(nested(depth - 1))).toEqual([]);
    expect(issuesOf(nested(depth))).toEqual([expect.stringContaining('nests deeper')]);
    expect(issuesOf({ enum: Array.from({ length: parts - 1 }, (_, index) => index) })).toEqual([]);
    const many = { enum: Array.from({ length: parts }, (_, index) => index) };
    expect(issuesOf({ anyOf: [many, many] })).toEqual([expect.stringContaining(`more than ${parts} parts`)]);
    expect(issuesOf({ description: 'x'.repeat(size) })).toEqual([expect.stringContaining('characters as JSON')]);
  });

  it('is a schema, and so is all inside of it', () => {
    expect(issuesOf({ items: 5 })).toEqual(['items: must be a JSON Schema: an object, true or false']);
    expect(issuesOf({ items: true })).toEqual([]);
  });
});
