import type { StepResponse } from '@millrace/contracts';
import { stringifyJson } from '@millrace/expression/exact';
import type { Response } from 'express';

/**
 * What a workflow may not set: what concerns the whole origin, which other organisations and the console share, and what belongs to the connection or
 * to the gateway.
 */
const DROPPED = new Set([
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
]);
const DROPPED_PREFIX = 'x-ratelimit-';

/** A page of a workflow may run its scripts and send its forms, as a page of nobody: never with the rights of what else is at this address. */
const SANDBOX = 'sandbox allow-scripts allow-forms';

/** Prepares the answer that a workflow gives to its caller; returns its body, to be sent as it is. */
export function prepareResponse(response: Response, { status, headers, body }: StepResponse): string {
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (!DROPPED.has(lower) && !lower.startsWith(DROPPED_PREFIX)) response.setHeader(lower, value);
  }
  response.setHeader('Content-Security-Policy', SANDBOX);
  response.status(status);
  if (body === undefined) return '';
  if (!response.hasHeader('content-type'))
    response.setHeader('content-type', typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json');
  return typeof body === 'string' ? body : stringifyJson(body);
}
