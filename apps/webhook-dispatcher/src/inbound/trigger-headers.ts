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

/** The headers that a workflow may read as `trigger.headers`, names in lower case. */
export function triggerHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CREDENTIALS.has(name)));
}
