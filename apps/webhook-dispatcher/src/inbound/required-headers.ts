import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '@millrace/contracts';
import { Budget, compileTemplate, LIMITS } from '@millrace/expression';

/** Characters of the template of one header; longer ones are never worked out. No server takes longer headers. */
const TEMPLATE_LENGTH = 8_192;

/**
 * What working out all values that a call must carry may take: steps of expressions, and milliseconds. Anybody may call,
 * so it is far less than a step of a workflow may take.
 */
const EVALUATION = { ...LIMITS, runSteps: 5_000, wallClockMs: 20 };

/**
 * Refuses a call that lacks a header the trigger requires, or has it with another value. What the value should be may be
 * a template; one that can't be evaluated (a secret that does not exist) refuses every call: a check that can't be made
 * must not pass. Throws UNAUTHORIZED, without telling what was expected.
 */
export function requireHeaders(
  required: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): void {
  const entries = Object.entries(required);
  // All names before any value: a caller that sends none of them must not cause any evaluation.
  for (const [name] of entries) {
    if (headers[name.toLowerCase()] === undefined) throw refused(name, 'has no such header');
  }
  const budget = new Budget(EVALUATION);
  for (const [name, template] of entries) {
    const expected = evaluate(name, template, budget);
    if (!equal(headers[name.toLowerCase()] ?? '', expected)) throw refused(name, 'has another value');
  }
}

function refused(name: string, why: string): AppError {
  return new AppError('UNAUTHORIZED', {
    message: `This webhook requires the header ${name} with a certain value, and the call ${why}`,
    details: { header: name },
  });
}

const NOTHING = { secrets: {}, variables: {}, steps: {} };

function evaluate(name: string, template: string, budget: Budget): string {
  try {
    const value = template.length > TEMPLATE_LENGTH ? null : compileTemplate(template).evaluate(NOTHING, { budget });
    if (typeof value === 'string' || typeof value === 'number') return String(value);
  } catch {
    // Falls through: without a value nothing can be compared.
  }
  throw new AppError('UNAUTHORIZED', {
    message: `This webhook requires the header ${name}, but the value it should have can't be worked out; check the trigger's "headers" and the secrets it names`,
    details: { header: name },
  });
}

/** In constant time, whatever the lengths. */
function equal(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
