import { AppError, LIMITS } from '@millrace/contracts';
import { decodedPairs } from './form-pairs.js';

/** Parameters of a query or fields of a form: a name that comes more than once has a list. */
export type FormFields = Record<string, string | string[]>;

/**
 * Reads `a=1&a=2` without any nesting syntax: brackets stay part of the name. The fields are counted before anything is
 * made of them. `what` names the text in the error: INVALID_INPUT with more than LIMITS.formFields.
 */
export function formFields(text: string, what: string): FormFields {
  if (hasMoreFieldsThan(text, LIMITS.formFields)) {
    const message = `has more than ${LIMITS.formFields} parameters`;
    throw new AppError('INVALID_INPUT', {
      message: `The ${what} ${message}`,
      details: { issues: [{ path: what, message }] },
    });
  }
  const fields = new Map<string, string | string[]>();
  for (const [name, value] of decodedPairs(text)) {
    const before = fields.get(name);
    if (before === undefined) fields.set(name, value);
    else if (Array.isArray(before)) before.push(value);
    else fields.set(name, [before, value]);
  }
  // Unlike an assignment this makes an own property of `__proto__`.
  return Object.fromEntries(fields);
}

function hasMoreFieldsThan(text: string, limit: number): boolean {
  let at = -1;
  for (let fields = 1; fields <= limit; fields++) {
    at = text.indexOf('&', at + 1);
    if (at < 0) return false;
  }
  return true;
}
