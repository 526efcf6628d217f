import type { DocumentLimits } from './limits.js';
import type { DocumentPath, Report } from './problem.js';

/**
 * Checks that a value is JSON and within the limits of depth and size; reports the first thing that is not.
 * Works without recursion: it runs before anything that would recurse.
 */
export function checkJson(value: unknown, limits: DocumentLimits, report: Report): boolean {
  const open: { value: unknown; at: DocumentPath }[] = [{ value, at: [] }];
  let length = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value: current, at } = next;
    if (at.length > limits.documentDepth) {
      report({ code: 'too_deep', at, message: `the document is nested more than ${limits.documentDepth} deep here` });
      return false;
    }
    length += sizeOf(current);
    if (length > limits.documentLength) {
      const message = `the document has more than ${limits.documentLength} characters as JSON`;
      report({ code: 'too_large', at: [], message, hint: 'Large data belongs into the input, not into the workflow.' });
      return false;
    }
    if (Array.isArray(current))
      current.forEach((item: unknown, index) => open.push({ value: item, at: [...at, index] }));
    else if (isJsonObject(current)) {
      for (const [key, member] of Object.entries(current)) {
        if (key === '__proto__') {
          report({
            code: 'not_json',
            at: [...at, key],
            on: 'key',
            message: '"__proto__" is not allowed as a name',
            hint: 'Choose another name.',
          });
          return false;
        }
        length += key.length + 4;
        open.push({ value: member, at: [...at, key] });
      }
    } else if (!isJsonScalar(current)) {
      report({ code: 'not_json', at, message: `${describe(current)} has no JSON form` });
      return false;
    }
  }
  return true;
}

function sizeOf(value: unknown): number {
  return typeof value === 'string' ? value.length + 3 : 5;
}

function isJsonObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Another realm's object is as good (a browser frame, a test's sandbox): what counts is that nothing stands above its prototype.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isJsonScalar(value: unknown): boolean {
  return (
    value === null ||
    value === undefined ||
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value))
  );
}

function describe(value: unknown): string {
  return typeof value === 'number' ? String(value) : `a value of type ${typeof value}`;
}
