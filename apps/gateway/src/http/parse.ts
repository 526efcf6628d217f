import { AppError, shortened, type ErrorIssue } from '@millrace/contracts';
import type { ValidationError } from 'class-validator';
import type { z } from 'zod';

/** Checks a request body and answers it typed; throws INVALID_INPUT with every problem and its JSON path. */
export function parseBody<Value>(schema: z.ZodType<Value>, body: unknown): Value {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => ({ path: jsonPath(issue.path), message: issue.message }));
  throw invalidInput(issues);
}

/** The error of the ValidationPipe, for query parameters. */
export function queryProblems(errors: ValidationError[]): AppError {
  return invalidInput(
    errors.flatMap((error) =>
      Object.values(error.constraints ?? {}).map((message) => ({
        path: shortened(error.property),
        message: shortened(message, 300),
      })),
    ),
    'The query parameters are not valid',
  );
}

function invalidInput(issues: ErrorIssue[], message?: string): AppError {
  return new AppError('INVALID_INPUT', { ...(message ? { message } : {}), details: { issues } });
}

function jsonPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );
}
