import { randomUUID } from 'node:crypto';
import type { EndpointDeclaration, ParametersOf } from '@millrace/contracts/http';
import { ConfigError, type OpsConfig } from './config.js';

/** Longest that an answer is waited for; the slowest, that of `/v1/system`, takes some seconds. */
const TIMEOUT_MS = 30_000;

/** The API refused a call, with its code. */
export class RefusedError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly details: unknown,
  ) {
    super(message);
    this.name = 'RefusedError';
  }
}

/** Nobody replied, or whoever did could not do it now. */
export class UnavailableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnavailableError';
  }
}

interface CallOptions {
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
}

interface Refusal {
  readonly error?: { readonly code?: string; readonly message?: string; readonly details?: unknown };
}

/** The calls of the API that are the operator's. */
export class OperatorApi {
  constructor(private readonly config: Pick<OpsConfig, 'apiUrl' | 'operatorToken'>) {}

  /** Makes a call. Throws {@link RefusedError}, {@link UnavailableError}, ConfigError. */
  async call<Answer, Endpoint extends EndpointDeclaration = EndpointDeclaration>(
    endpoint: Endpoint,
    parameters: ParametersOf<Endpoint>,
    { query = {}, body }: CallOptions = {},
  ): Promise<Answer> {
    const { apiUrl, operatorToken } = this.config;
    if (apiUrl === undefined)
      throw new ConfigError(
        'MILLRACE_API_URL is not set: the address of the API, with /v1. `npm run ops` knows it while `npm start` runs in this checkout',
      );
    if (operatorToken === undefined)
      throw new ConfigError('MILLRACE_OPERATOR_TOKEN is not set: the token that the gateway has under that name');
    const values: Readonly<Record<string, string>> = parameters;
    const path = endpoint.path
      .replace(/^\/v1/, '')
      .replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
    const url = new URL(apiUrl + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers = {
      authorization: `Bearer ${operatorToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(endpoint.method === 'GET' ? {} : { 'idempotency-key': randomUUID() }),
    };
    const response = await this.#fetch(url, endpoint.method, headers, body);
    const text = await response.text();
    const answer = parsed(text);
    if (response.ok) return answer as Answer;
    const { code = `HTTP ${response.status}`, message = 'The answer is none of Millrace', details } = errorIn(answer);
    if (response.status >= 500 || response.status === 429) throw new UnavailableError(`${code}: ${message}`);
    throw new RefusedError(code, message, details);
  }

  async #fetch(url: URL, method: string, headers: Record<string, string>, body: unknown): Promise<Response> {
    try {
      return await fetch(url, {
        method,
        headers,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new UnavailableError(`${url.origin} cannot be reached: ${cause}`);
    }
  }
}

function parsed(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function errorIn(answer: unknown): NonNullable<Refusal['error']> {
  return (answer as Refusal | null)?.error ?? {};
}
