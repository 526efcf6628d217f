import { shortened, type ErrorIssue } from '@millrace/contracts';
import { z } from 'zod';
import { invalidInput } from './invalid-input.js';

/** Problems that a response lists. */
const LISTED = 50;

/** Checks a request body and returns it typed; throws INVALID_INPUT with its problems and their JSON paths. */
export function parseBody(schema: z.ZodType, body: unknown): unknown {
  const result = schema.safeParse(body, { error: missing });
  if (result.success) return result.data;
  throw invalidInput(result.error.issues.flatMap((issue) => problemsOf(issue, schema)).slice(0, LISTED));
}

/** Zod says "expected string, received undefined" of a field that is not there. */
function missing(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_type' || issue.input !== undefined) return undefined;
  const name = issue.path?.at(-1);
  return name === undefined ? 'a body is required' : `"${String(name)}" is required`;
}

function problemsOf(issue: z.core.$ZodIssue, schema: z.ZodType): ErrorIssue[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: jsonPath(issue.path), message: issue.message }];
  const names = issue.path.length === 0 ? fieldsOf(schema) : [];
  const hint = names.length > 0 ? { hint: `Fields known here: ${names.join(', ')}.` } : {};
  return issue.keys.slice(0, LISTED).map((key) => ({
    path: jsonPath([...issue.path, shortened(key)]),
    message: `"${shortened(key)}" is not a known field`,
    ...hint,
  }));
}

function fieldsOf(schema: z.core.$ZodType): string[] {
  if (schema instanceof z.ZodDefault) return fieldsOf(schema.unwrap());
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function jsonPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );
}
