import { AppError } from '@millrace/contracts';
import { Agent, request as undiciRequest, type Dispatcher } from 'undici';
import type { AllowList } from './allow-list.js';
import { guardedConnector, type ResolveAll } from './guarded-connector.js';
import { READ_ENCODINGS } from '../decompressor.js';
import { readLimited, type ReadLimits } from './read-limited.js';
import { nextHop, type Hop } from './redirects.js';
import { checkHeaders } from './request-headers.js';
import { parseSafeUrl, withoutQuery } from './safe-url.js';

/** Time to a connection, and for a whole request when the caller says nothing. */
const CONNECT_TIMEOUT_MS = 5_000;
const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_MAX_RESPONSE_BYTES = 10 * 1024 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;
const MAX_REDIRECTS = 5;

/** A request to an address that a user chose. */
export interface SafeHttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  readonly signal?: AbortSignal;
  /** True by default; at most 5, each checked like the first address. */
  readonly followRedirects?: boolean;
  /** Of the decompressed body; 10 MiB by default. */
  readonly maxResponseBytes?: number;
  /** Told how many bytes of the body are in memory, as they come; may abort `signal`. */
  readonly onBytes?: (bytes: number) => void;
  /** For the whole request, redirects included: 60 s by default; null when `signal` bounds it. */
  readonly timeoutMs?: number | null;
}

/** An answer, whatever its status. Header names are in lower case; several values of one are joined by a comma. */
export interface SafeHttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The address that answered, after redirects. */
  readonly url: string;
}

/**
 * The one way to call an address that a user chose: HTTP steps, outgoing webhooks, model endpoints. Refuses what is not on
 * the public internet (see address-guard.ts) unless the installation allows it. No proxy of the environment is used, and
 * certificates are always checked.
 */
export class SafeHttpClient {
  readonly #agent: Agent;

  constructor(options: { readonly allowed: AllowList; readonly resolve?: ResolveAll }) {
    this.#agent = new Agent({
      connect: guardedConnector({ ...options, connectTimeoutMs: CONNECT_TIMEOUT_MS }),
      maxHeaderSize: MAX_HEADER_BYTES,
      // The whole request has a limit of its own.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 4_000,
    });
  }

  /**
   * Sends a request and reads the answer. Throws AppError HTTP_ADDRESS_BLOCKED, HTTP_REQUEST_FAILED (no answer; retryable),
   * HTTP_RESPONSE_TOO_LARGE, STEP_FAILED (a request that cannot be sent), and the reason of an aborted `signal`.
   */
  async request(request: SafeHttpRequest): Promise<SafeHttpResponse> {
    const { signal, maxResponseBytes = DEFAULT_MAX_RESPONSE_BYTES } = request;
    const timeoutMs = request.timeoutMs === undefined ? DEFAULT_TIMEOUT_MS : request.timeoutMs;
    const limit = timeoutMs === null ? undefined : AbortSignal.timeout(timeoutMs);
    const signals = [signal, limit].filter((one) => one !== undefined);
    const ended = signals.length === 1 ? signals[0] : signals.length === 0 ? undefined : AbortSignal.any(signals);
    let hop: Hop = {
      method: request.method,
      url: parseSafeUrl(request.url),
      headers: checkHeaders(request.headers ?? {}),
      body: request.body,
    };
    try {
      for (let redirects = 0; ; redirects++) {
        const answer = await this.#send(hop, ended);
        const next =
          request.followRedirects === false ? null : nextHop(hop, answer.statusCode, answer.headers['location']);
        if (next === null)
          return await readAnswer(hop, answer, { maxBytes: maxResponseBytes, onBytes: request.onBytes });
        await answer.body.dump({ limit: 16_384 }).catch(() => undefined);
        if (redirects === MAX_REDIRECTS) {
          throw new AppError('HTTP_REQUEST_FAILED', {
            message: `${withoutQuery(request.url)} redirects more than ${MAX_REDIRECTS} times`,
            details: { url: withoutQuery(request.url), cause: 'TOO_MANY_REDIRECTS' },
          });
        }
        hop = next;
      }
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw failureOf(error, hop.url.href, limit?.aborted ? timeoutMs : null);
    }
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #send(hop: Hop, signal: AbortSignal | undefined): Promise<Dispatcher.ResponseData> {
    return undiciRequest(hop.url, {
      dispatcher: this.#agent,
      method: hop.method,
      headers: { 'accept-encoding': READ_ENCODINGS, ...hop.headers },
      body: hop.body ?? null,
      signal: signal ?? null,
    });
  }
}

async function readAnswer(hop: Hop, answer: Dispatcher.ResponseData, limits: ReadLimits): Promise<SafeHttpResponse> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const hasBody = hop.method !== 'HEAD' && answer.statusCode !== 204 && answer.statusCode !== 304;
  const body = await readLimited(answer.body, hasBody ? headers['content-encoding'] : undefined, limits);
  return { status: answer.statusCode, headers, body, url: hop.url.href };
}

function failureOf(error: unknown, url: string, timeoutMs: number | null): AppError {
  if (error instanceof AppError) {
    return error.details?.['url'] === undefined
      ? new AppError(error.code, {
          message: error.message,
          details: { url: withoutQuery(url), ...error.details },
          cause: error,
        })
      : error;
  }
  const code = timeoutMs === null ? causeOf(error) : 'TIMEOUT';
  const reason = timeoutMs === null ? describe(error) : `no complete answer within ${timeoutMs} ms`;
  return new AppError('HTTP_REQUEST_FAILED', {
    message: `The request to ${withoutQuery(url)} failed: ${reason}`,
    details: { url: withoutQuery(url), cause: code },
    cause: error,
  });
}

/** Several addresses were tried: the first failure says as much as all. */
function innermost(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;
}

function causeOf(error: unknown): string {
  const inner = innermost(error);
  if (typeof inner === 'object' && inner !== null && 'code' in inner) return String(inner.code);
  return inner instanceof Error ? inner.name : 'UNKNOWN';
}

function describe(error: unknown): string {
  const inner = innermost(error);
  return inner instanceof Error && inner.message !== '' ? inner.message : causeOf(error);
}
