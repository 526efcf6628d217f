import { AppError } from '@millrace/contracts';
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

  it('with an unknown field is told which there are', () => {
    const hint = 'Fields known here: input, version.';
    expect(issuesOf(schema, { name: 'Ada', age: 36 })).toEqual([
      { path: 'name', message: '"name" is not a known field', hint },
      { path: 'age', message: '"age" is not a known field', hint },
    ]);
  });

  it('without a required field is told its name', () => {
    expect(issuesOf(secret, { tags: [{}] })).toEqual([
      { path: 'value', message: '"value" is required' },
      { path: 'tags[0].name', message: '"name" is required' },
    ]);
    expect(issuesOf(secret, undefined)).toEqual([{ path: '', message: 'a body is required' }]);
  });

  it('with many or long unknown fields gets a short answer', () => {
    const body = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`${index}${'x'.repeat(1_000)}`, 1]));
    expect(JSON.stringify(issuesOf(schema, body)).length).toBeLessThan(50_000);
  });
});
