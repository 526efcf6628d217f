import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '@millrace/contracts';
import { Budget, compileTemplate, LIMITS, type Program } from '@millrace/expression';

/** Characters of the template of one header; longer ones are never worked out. No server takes longer headers. */
const TEMPLATE_LENGTH = 8_192;

/**
 * What working out all values that a call must carry may take: steps of expressions, and milliseconds. Anybody may call,
 * so it is far less than a step of a workflow may take.
 */
const EVALUATION = { ...LIMITS, runSteps: 5_000, wallClockMs: 20 };

/** Reads secrets of the organisation whose webhook it is: those that exist among the names. */
export type ReadSecrets = (names: readonly string[]) => Promise<Readonly<Record<string, string>>>;

/**
 * Refuses a call that lacks a header the trigger requires, or has it with another value. What the value should be may be
 * a template; one that can't be evaluated (a secret that does not exist) refuses every call: a check that can't be made
 * must not pass. Throws UNAUTHORIZED, without telling what was expected, and what `readSecrets` throws.
 */
export async function requireHeaders(
  required: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
  readSecrets: ReadSecrets,
): Promise<void> {
  const entries = Object.entries(required);
  // All names before any value: a caller that sends none of them must not cause any evaluation.
  for (const [name] of entries) {
    if (headers[name.toLowerCase()] === undefined) throw refused(name, 'has no such header');
  }
  const programs = entries.map(([, template]) => compiled(template));
  const names = [...new Set(programs.flatMap((program) => (program === null ? [] : secretsOf(program))))];
  const secrets = names.length === 0 ? {} : await readSecrets(names);
  const budget = new Budget(EVALUATION);
  for (const [index, [name]] of entries.entries()) {
    const expected = evaluated(name, programs[index] ?? null, secrets, budget);
    if (!equal(headers[name.toLowerCase()] ?? '', expected)) throw refused(name, 'has another value');
  }
}

/** Null for what never is a header's value. */
function compiled(template: string): Program | null {
  try {
    return template.length > TEMPLATE_LENGTH ? null : compileTemplate(template);
  } catch {
    return null;
  }
}

function secretsOf(program: Program): string[] {
  return program.references.flatMap(({ kind, root, path: [name] }) =>
    kind === 'root' && root === 'secrets' && typeof name === 'string' ? [name] : [],
  );
}

function refused(name: string, why: string): AppError {
  return new AppError('UNAUTHORIZED', {
    message: `This webhook requires the header ${name} with a certain value, and the call ${why}`,
    details: { header: name },
  });
}

function evaluated(
  name: string,
  program: Program | null,
  secrets: Readonly<Record<string, string>>,
  budget: Budget,
): string {
  try {
    const value = program?.evaluate({ secrets, variables: {}, steps: {} }, { budget });
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
