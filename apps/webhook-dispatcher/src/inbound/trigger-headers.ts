import { MASK } from '@millrace/contracts';
import { isCredentialHeader } from '@millrace/schema';

/**
 * The headers that a workflow may read as `trigger.headers`, names in lower case, without those that carry credentials of
 * the caller or of a proxy: what is left becomes part of the execution's record. `required` are those that the trigger
 * itself asks for: their values are credentials too.
 */
export function triggerHeaders(
  headers: Readonly<Record<string, string>>,
  required: readonly string[],
): Record<string, string> {
  const hidden = new Set(required.map((name) => name.toLowerCase()));
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !hidden.has(name.toLowerCase()) && !isCredentialHeader(name)),
  );
}

/** All headers, with a mask for the values of those that are left out of {@link triggerHeaders}. */
export function maskedHeaders(
  headers: Readonly<Record<string, string>>,
  required: readonly string[],
): Record<string, string> {
  const harmless = triggerHeaders(headers, required);
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Object.hasOwn(harmless, name) ? value : MASK]),
  );
}
