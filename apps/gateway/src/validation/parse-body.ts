import type { z } from 'zod';
import { invalidInput } from './invalid-input.js';

/** Checks a request body and returns it typed; throws INVALID_INPUT with every problem and its JSON path. */
export function parseBody(schema: z.ZodType, body: unknown): unknown {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw invalidInput(result.error.issues.map((issue) => ({ path: jsonPath(issue.path), message: issue.message })));
}

function jsonPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );
}
