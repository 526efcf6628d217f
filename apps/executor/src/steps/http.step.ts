import { LIMITS } from '@millrace/contracts';
import { ExactNumber, stringifyJson } from '@millrace/expression/exact';
import type { ConfigOf } from '@millrace/schema';
import type { SafeHttpClient, SafeHttpRequest } from '@millrace/service-kit/safe-http';
import type { Clock } from '../clock.js';
import { sizeOf } from '../engine/value-size.js';
import { templateField, valueField } from './fields.js';
import { readBody, statusFailure } from './http-response.js';
import { StepFailure } from './step-failure.js';
import type { EffectCall, EffectHandler } from './step-handler.js';

type Config = ConfigOf<'http'>;

/** What the step reaches the outside with. */
export interface HttpStepNeeds {
  readonly client: Pick<SafeHttpClient, 'request'>;
  /** `User-Agent` of the requests. */
  readonly userAgent: string;
  /** For a `Retry-After` that names a time. */
  readonly clock: Pick<Clock, 'now'>;
}

/** Bytes of the query of a request, and of its headers, as JSON; servers take a small part of it. */
const HEAD_BYTES = 262_144;

/** A request without its call: what the evaluated config says. */
interface Rendered {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Output: `{status, headers, body}`; header names in lower case, the body parsed by its content type. */
export const http = (needs: HttpStepNeeds): EffectHandler<'http'> => ({
  kind: 'effect',
  compile(config) {
    const urlOf = templateField(config.url, 'url');
    const headersOf = valueField(config.headers ?? {}, 'headers');
    const queryOf = valueField(config.query ?? {}, 'query');
    const bodyOf = valueField(config.body, 'body');
    return (scope, options) => {
      // One value may stand in many places: all are bounded together before anything is written.
      const body = bounded(bodyOf(scope, options), 'body', LIMITS.stepOutputBytes);
      const headers = lowerCased(bounded(headersOf(scope, options), 'headers', HEAD_BYTES));
      const rendered = {
        url: withQuery(urlOf(scope, options), bounded(queryOf(scope, options), 'query', HEAD_BYTES)),
        headers,
        body: bodyText(body),
      };
      if (body !== undefined)
        headers['content-type'] ??= typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
      return (call) => send(needs, config, rendered, call);
    };
  },
});

async function send(needs: HttpStepNeeds, config: Config, rendered: Rendered, call: EffectCall): Promise<unknown> {
  const { client, userAgent, clock } = needs;
  const headers: Record<string, string> = { 'user-agent': userAgent, accept: '*/*', ...rendered.headers };
  if (config.method !== 'GET') headers['idempotency-key'] ??= call.idempotencyKey;
  const request: SafeHttpRequest = {
    method: config.method,
    url: rendered.url,
    headers,
    body: rendered.body,
    signal: call.signal,
    followRedirects: config.follow_redirects,
    // More could not be recorded.
    maxResponseBytes: Math.min(config.max_response_bytes ?? Infinity, LIMITS.stepOutputBytes),
    onBytes: call.onBytesRead,
    // The step's own timeout ends the attempt by the signal.
    ...(call.timeoutMs === null ? {} : { timeoutMs: null }),
  };
  const response = await client.request(request);
  if (!accepted(config, response.status)) throw statusFailure(rendered.url, response, clock.now());
  return {
    status: response.status,
    headers: response.headers,
    body: readBody(config.response, rendered.url, response),
  };
}

function accepted(config: Config, status: number): boolean {
  if (config.accept_status === undefined) return status < 400;
  return config.accept_status.some((one) => one === status || one === `${Math.floor(status / 100)}xx`);
}

function bounded<Value>(value: Value, field: string, limit: number): Value {
  if (value === undefined || sizeOf(value, limit).bytes <= limit) return value;
  throw new StepFailure(
    'EXPRESSION_FAILED',
    `config.${field} has more than ${limit} bytes as JSON; send less, or several requests`,
    { details: { field: `config.${field}`, limit } },
  );
}

function bodyText(body: unknown): string | undefined {
  return body === undefined || typeof body === 'string' ? body : stringifyJson(body);
}

function lowerCased(headers: unknown): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers as Record<string, unknown>)) {
    if (value !== null && value !== undefined) result[name.toLowerCase()] = asText(value, `headers.${name}`);
  }
  return result;
}

function withQuery(url: unknown, query: unknown): string {
  if (typeof url !== 'string') throw mistyped('url', 'a text', url);
  if (typeof query !== 'object' || query === null || Array.isArray(query)) throw mistyped('query', 'an object', query);
  const added = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => one !== null && one !== undefined)
      .map((one) => `${encoded(name)}=${encoded(asText(one, `query.${name}`))}`),
  );
  if (added.length === 0) return url;
  const hash = url.indexOf('#');
  const address = hash < 0 ? url : url.slice(0, hash);
  const separator = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&';
  return address + separator + added.join('&') + url.slice(address.length);
}

/** Half a surrogate pair has no encoding: it becomes the replacement character, as in every browser. */
function encoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
}

function asText(value: unknown, field: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || value instanceof ExactNumber) return String(value);
  throw mistyped(field, 'a text, number or boolean', value);
}

function mistyped(field: string, wanted: string, value: unknown): StepFailure {
  const kind =
    value === null || value === undefined
      ? 'nothing'
      : Array.isArray(value)
        ? 'an array'
        : `a value of type ${typeof value}`;
  return new StepFailure('EXPRESSION_FAILED', `config.${field} must be ${wanted}, but got ${kind}`, {
    details: { field: `config.${field}` },
  });
}
