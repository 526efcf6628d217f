/** Headers that carry credentials of the caller or of a proxy: they never become part of an execution's record. */
const CREDENTIALS = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'x-api-key',
  'x-webhook-signature',
  'x-hub-signature',
  'x-hub-signature-256',
  'x-gitlab-token',
  'webhook-signature',
  'stripe-signature',
  'x-slack-signature',
]);

/**
 * The headers that a workflow may read as `trigger.headers`, names in lower case. `required` are those that the trigger
 * itself asks for: their values are credentials too.
 */
export function triggerHeaders(
  headers: Readonly<Record<string, string>>,
  required: readonly string[],
): Record<string, string> {
  const hidden = new Set(required.map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CREDENTIALS.has(name) && !hidden.has(name)));
}
