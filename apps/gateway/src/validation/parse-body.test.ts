import { AppError, stepTestEndpoints } from '@millrace/contracts';
import { z } from 'zod';
import { parseBody } from './parse-body.js';

const schema = z.strictObject({ input: z.unknown().optional(), version: z.number().optional() }).default({});
const secret = z.strictObject({ value: z.string(), tags: z.array(z.strictObject({ name: z.string() })).optional() });

function issuesOf(declared: z.ZodType, body: unknown): unknown {
  try {
    return parseBody(declared, body);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.details?.['issues'];
  }
}

describe('a request body', () => {
  it('is returned when it is what was declared, and its default when there is none', () => {
    expect(issuesOf(schema, { input: 1 })).toEqual({ input: 1 });
    expect(issuesOf(schema, undefined)).toEqual({});
  });

  it('with an unknown field gets those that there are', () => {
    const hint = 'Fields known here: input, version.';
    expect(issuesOf(schema, { name: 'Ada', age: 36 })).toEqual([
      { path: 'name', message: '"name" is not a known field', hint },
      { path: 'age', message: '"age" is not a known field', hint },
    ]);
  });

  it('with a name that is too long gets what a name may be', () => {
    const named = z.strictObject({ env: z.record(z.string().max(3), z.string()) });
    const issues = [{ path: 'env.long', message: 'its name must have at most 3 characters' }];
    expect(issuesOf(named, { env: { long: '' } })).toEqual(issues);
  });

  it('without a required field gets its name', () => {
    expect(issuesOf(secret, { tags: [{}] })).toEqual([
      { path: 'value', message: '"value" is required' },
      { path: 'tags[0].name', message: '"name" is required' },
    ]);
    expect(issuesOf(secret, undefined)).toEqual([{ path: '', message: 'a body is required' }]);
  });

  it('of a test of a step gets where what is in the wrong place belongs, and what is missing', () => {
    const body = stepTestEndpoints.test.body.schema;
    expect(issuesOf(body, { id: 'a', type: 'http', config: {}, input: {}, steps: {}, more: 1 })).toEqual([
      { path: 'step', message: '"step" is required', hint: expect.stringContaining('One step') },
      { path: 'effects', message: '"effects" is required', hint: expect.stringContaining('reach outside') },
      { path: 'id', message: '"id" is not a known field', hint: '"id" belongs into "step".' },
      { path: 'type', message: '"type" is not a known field', hint: '"type" belongs into "step".' },
      { path: 'config', message: '"config" is not a known field', hint: '"config" belongs into "step".' },
      { path: 'input', message: '"input" is not a known field', hint: '"input" belongs into "context".' },
      { path: 'steps', message: '"steps" is not a known field', hint: '"steps" belongs into "context".' },
      {
        path: 'more',
        message: '"more" is not a known field',
        hint: 'Fields known here: step, context, effects, missing.',
      },
    ]);
    expect(issuesOf(body, { step: [], context: { inputs: 1 }, effects: 'no' })).toMatchObject([
      { path: 'step', hint: expect.stringContaining('One step') },
      { path: 'context.inputs', hint: expect.stringContaining('Fields known here: input, variables, steps') },
      { path: 'effects' },
    ]);
  });

  it('with a wrong value gets what may be there, in no words of a validator', () => {
    const wrong: [z.ZodType, unknown, string][] = [
      [
        z.iso.datetime({ offset: true }),
        'soon',
        'must be a time with its zone, such as "2026-12-01T09:00:00Z" or "2026-12-01T10:00:00+01:00"',
      ],
      [z.int().min(1).max(100), 101, 'must be at most 100'],
      [z.int().min(1).max(100), 0, 'must be at least 1'],
      [z.int(), 1.5, 'must be a whole number'],
      [z.number().positive(), 0, 'must be more than 0'],
      [z.number().lt(5), 5, 'must be less than 5'],
      [z.array(z.string()).min(1), [], 'must not be empty'],
      [z.array(z.string()).max(2), ['a', 'b', 'c'], 'must have at most 2 entries'],
      [z.string().min(1), '', 'must not be empty'],
      [z.string().min(16), 'short', 'must have at least 16 characters'],
      [z.string().max(1), 'long', 'must have at most 1 character'],
      [z.enum(['one', 'two', 'three']), 'four', 'must be "one", "two" or "three"'],
      [z.literal('one'), 'four', 'must be "one"'],
      [z.string(), null, 'must be text, not null'],
      [z.boolean(), 'yes', 'must be true or false, not text'],
      [z.array(z.string()), {}, 'must be an array, not an object'],
      [z.url(), 'x', 'must be an address such as "https://example.com/path"'],
      [z.union([z.string(), z.number()]), undefined, '"field" is required'],
      [z.union([z.string(), z.number()]), {}, 'must be text or a number, not an object'],
      [z.string().min(5, 'says what it wants'), '', 'says what it wants'],
    ];
    for (const [field, value, message] of wrong)
      expect(issuesOf(z.strictObject({ field }), { field: value })).toEqual([{ path: 'field', message }]);
  });

  it('with many or long unknown fields gets a short answer', () => {
    const body = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`${index}${'x'.repeat(1_000)}`, 1]));
    expect(JSON.stringify(issuesOf(schema, body)).length).toBeLessThan(50_000);
  });

  it('with many wrong values gets as many as can be read', () => {
    const issues = issuesOf(secret, { value: 'x', tags: Array.from({ length: 5_000 }, () => ({})) });
    expect(issues).toHaveLength(50);
  });
});
