import { AppError } from '@millrace/contracts';
import { sameText, TriggerTexts, type ReadSecrets } from './trigger-texts.js';

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
  const expected = await TriggerTexts.open(
    entries.map(([, template]) => template),
    readSecrets,
  );
  for (const [index, [name]] of entries.entries()) {
    const value = expected.evaluate(index);
    if (value === null) throw unknownValue(name);
    if (!sameText(headers[name.toLowerCase()] ?? '', value)) throw refused(name, 'has another value');
  }
}

function refused(name: string, why: string): AppError {
  return new AppError('UNAUTHORIZED', {
    message: `This webhook requires the header ${name} with a certain value, and the call ${why}`,
    details: { header: name },
  });
}

function unknownValue(name: string): AppError {
  return new AppError('UNAUTHORIZED', {
    message: `This webhook requires the header ${name}, but the value it should have can't be worked out; check the trigger's "headers" and the secrets it names`,
    details: { header: name },
  });
}
