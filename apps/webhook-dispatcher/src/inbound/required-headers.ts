import { AppError } from '@millrace/contracts';
import { FixedTexts, type Texts } from './fixed-texts.js';
import { sameText, type SecretSources } from './trigger-texts.js';

/**
 * Refuses a call that lacks a header the trigger requires, or has it with another value. What the value should be may be
 * a template; one that can't be evaluated (a secret that does not exist) refuses every call: a check that can't be made
 * must not pass. Former values of a secret that has been rotated count too. Throws UNAUTHORIZED, without saying what was expected,
 * and what reading secrets throws.
 */
export async function requireHeaders(
  required: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
  { read, readFormer }: SecretSources,
): Promise<void> {
  const entries = Object.entries(required);
  // All names before any value: a caller that sends none of them must not cause any evaluation.
  for (const [name] of entries) {
    if (headers[name.toLowerCase()] === undefined) throw refused(name, 'has no such header');
  }
  if (entries.length === 0) return;
  const expected = await FixedTexts.open(
    entries.map(([, template]) => template),
    read,
  );
  const { texts } = expected;
  let former: Texts[] | undefined;
  for (const [index, [name]] of entries.entries()) {
    const value = texts[index] ?? null;
    if (value === null) throw unknownValue(name);
    const given = headers[name.toLowerCase()] ?? '';
    if (sameText(given, value)) continue;
    former ??= await expected.former(readFormer);
    const isFormer = former
      .map((before) => before[index] ?? null)
      .some((text) => text !== null && sameText(given, text));
    if (!isFormer) throw refused(name, 'has another value');
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
