/**
 * What a workflow may not set: what concerns the whole origin, which other organisations and the console share, and what belongs to the connection or
 * to the gateway.
 */
const UNSENT = new Set([
  'set-cookie',
  'set-cookie2',
  'content-security-policy',
  'content-security-policy-report-only',
  'service-worker-allowed',
  'clear-site-data',
  'strict-transport-security',
  'public-key-pins',
  'alt-svc',
  'nel',
  'report-to',
  'reporting-endpoints',
  'origin-agent-cluster',
  'access-control-allow-credentials',
  'x-content-type-options',
  'x-request-id',
  'idempotency-replayed',
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'content-encoding',
  'date',
  'www-authenticate',
  'set-login',
  'accept-ch',
  'critical-ch',
  // Orders to a server in front of the gateway.
  'x-sendfile',
  'x-lighttpd-send-file',
  'x-reproxy-url',
]);
const UNSENT_PREFIXES = ['x-ratelimit-', 'x-accel-', 'surrogate-', 'cdn-'];

/** Whether a response is sent without the header, whatever a workflow gives it. */
export function isUnsentHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return UNSENT.has(lower) || UNSENT_PREFIXES.some((prefix) => lower.startsWith(prefix));
}
