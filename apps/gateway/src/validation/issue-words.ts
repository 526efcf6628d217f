import { boundWords, formatWords, listed, TYPE_NAMES } from '@millrace/schema';
import type { z } from 'zod';

/**
 * What is wrong with a value of a body, in the words that problems of documents have; undefined where zod's own are kept. A declaration
 * that says what it wants is asked first. Values are not repeated: one may be a secret in the wrong place.
 */
export function issueWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? missing(issue.path) : mismatch([issue.expected], issue.input);
    case 'invalid_union':
      return issue.input === undefined ? missing(issue.path) : mismatch(issue.errors.flatMap(expectedOf), issue.input);
    case 'invalid_value':
      return `must be ${listed(issue.values.map((value) => JSON.stringify(value)))}`;
    case 'too_small':
    case 'too_big':
      return boundWords(issue);
    case 'invalid_format':
      return formatWords(issue);
    case 'invalid_key': {
      const [key] = issue.issues;
      return key === undefined ? undefined : `its name ${key.message}`;
    }
    default:
      return undefined;
  }
}

function missing(path: readonly PropertyKey[] | undefined): string {
  const name = path?.at(-1);
  return name === undefined ? 'a body is required' : `"${String(name)}" is required`;
}

/** The type that an option of a union has, where it is the type that does not fit. */
function expectedOf([issue]: readonly z.core.$ZodIssue[]): string[] {
  return issue?.code === 'invalid_type' && issue.path.length === 0 ? [issue.expected] : [];
}

function mismatch(expected: readonly string[], value: unknown): string | undefined {
  if (expected.length === 0) return undefined;
  const names = listed([...new Set(expected.map((type) => TYPE_NAMES.get(type) ?? type))]);
  const actual = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  return expected.includes('int') && actual === 'number'
    ? `must be ${names}`
    : `must be ${names}, not ${TYPE_NAMES.get(actual) ?? actual}`;
}
