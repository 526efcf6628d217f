import { AppError, LIMITS } from '@millrace/contracts';
import type { AbortSource } from './abort-source.js';
import type { AllowList } from './allow-list.js';
import type { Connections } from './forward-proxy.js';
import type { ResolveAll } from './resolve-host.js';
import { READ_ENCODINGS } from '../decompressor.js';
import { Exchange, type Answer, type AnswerHead } from './exchange.js';
import type { HttpRoutes } from './http-routes.js';
import { lookingUpFor, NOBODY } from './look-up-owner.js';
import { isRedirect, nextHop, type Hop } from './redirects.js';
import { contentOf, type RequestBody } from './request-content.js';
import { checkHeaders } from './request-headers.js';
import { RoutedConnections } from './routed-connections.js';
import { parseSafeUrl, withoutQuery } from './safe-url.js';

/** Time to a connection, and for a whole request when the caller says nothing. */
const CONNECT_TIMEOUT_MS = 5_000;
const DEFAULT_MAX_RESPONSE_BYTES = 10 * 1024 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;

/** A request to an address that a user chose. */
export interface SafeHttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody | undefined;
  readonly signal?: AbortSource;
  /** Whose request it is; some have routes of their own. */
  readonly organisationId?: string;
  /** True by default; at most `LIMITS.redirects`, each checked like the first address. */
  readonly followRedirects?: boolean;
  /** Of the decompressed body; 10 MiB by default. */
  readonly maxResponseBytes?: number;
  /**
   * Decides what becomes of the body of an answer that is no redirect: what it returns is given the body as it comes, as fast as it takes it,
   * and bounds it. The request ends when it has; its errors end the request. Undefined: the body is read into the memory, as without this.
   */
  readonly receive?: (head: AnswerHead) => ReceiveBody | undefined;
  /** Called with how many bytes of the body are in memory, as they come; may abort `signal`. */
  readonly onBytes?: (bytes: number) => void;
  /** For the whole request, redirects included: `LIMITS.httpCallMs` by default; null when `signal` bounds it. */
  readonly timeoutMs?: number | null;
}

/** Takes a body as it comes. */
export type ReceiveBody = (body: AsyncIterable<Uint8Array>) => Promise<void>;

/** An answer, whatever its status. Header names are in lower case; several values of one are joined by a comma. */
export interface SafeHttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The address that the response is from, after redirects. */
  readonly url: string;
}

/** What a client is made of. */
export interface SafeHttpClientOptions {
  readonly allowed: AllowList;
  /** How hosts are reached that are not reached straight away. */
  readonly routes?: HttpRoutes | undefined;
  readonly resolve?: ResolveAll | undefined;
}

/**
 * The one way to call an address that a user chose: HTTP steps, outgoing webhooks, model endpoints. Refuses what is not on
 * the public internet (see address-guard.ts) unless the installation allows it. No proxy of the environment is used, and
 * certificates are always checked. Proxies and certificates are what the operator has laid down (http-routes.ts).
 */
export class SafeHttpClient {
  readonly #connections: RoutedConnections;

  constructor({ routes, ...options }: SafeHttpClientOptions) {
    // The whole request has a limit of its own.
    const agent = { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 4_000 };
    this.#connections = new RoutedConnections({ ...options, connectTimeoutMs: CONNECT_TIMEOUT_MS, agent }, routes);
  }

  /**
   * Sends a request and reads the answer. Throws AppError HTTP_ADDRESS_BLOCKED, HTTP_REQUEST_FAILED (no answer; retryable),
   * HTTP_RESPONSE_TOO_LARGE, STEP_FAILED (a request that cannot be sent), and the reason of an aborted `signal`.
   */
  async request(request: SafeHttpRequest): Promise<SafeHttpResponse> {
    const { signal } = request;
    const timeoutMs = request.timeoutMs === undefined ? LIMITS.httpCallMs : request.timeoutMs;
    let hop: Hop = {
      method: request.method,
      url: parseSafeUrl(request.url),
      headers: checkHeaders(request.headers ?? {}),
      body: request.body,
    };
    const stop = new Stop();
    const onAbort = (): void => stop.now(signal?.reason);
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort);
    // Cheaper by far than `AbortSignal.timeout`, whose timer runs on after the answer.
    const timer = timeoutMs === null ? undefined : setTimeout(() => stop.now(timeoutOf(hop, timeoutMs)), timeoutMs);
    try {
      for (let redirects = 0; ; redirects++) {
        const found = this.#connections.to(hop.url, request.organisationId);
        const connections = found instanceof Promise ? await stop.orEnd(found) : found;
        const answer = await this.#send(connections, hop, request, stop);
        const { status, headers, location, body } = answer;
        const next = request.followRedirects === false ? null : nextHop(hop, status, location);
        if (next === null) return { status, headers, body, url: hop.url.href };
        if (redirects === LIMITS.redirects) throw tooManyRedirects(request.url);
        hop = next;
      }
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw failureOf(error, hop.url.href);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await this.#connections.close();
  }

  #send(connections: Connections, hop: Hop, request: SafeHttpRequest, stop: Stop): Promise<Answer> {
    const { method, url } = hop;
    const { maxResponseBytes: maxBytes = DEFAULT_MAX_RESPONSE_BYTES, onBytes, followRedirects = true } = request;
    return new Promise((done, failed) => {
      const exchange = new Exchange({
        method,
        limits: { maxBytes, onBytes },
        wantsBody: (status, location) => !(followRedirects && isRedirect(status, location)),
        receive: request.receive,
        done,
        failed,
      });
      if (!stop.end(exchange)) return;
      const { content: body, headers: own } = contentOf(hop.body);
      const headers = { 'accept-encoding': READ_ENCODINGS, ...hop.headers, ...own };
      const asked = { origin: url.origin, path: url.pathname + url.search, method, headers, body };
      lookingUpFor(request.organisationId ?? NOBODY, () => connections.dispatch(asked, exchange));
    });
  }
}

/** What ends a request early, whichever exchange it is at. */
class Stop {
  #reason: { readonly error: unknown } | undefined;
  #exchange: Exchange | undefined;
  #giveUp: ((error: unknown) => void) | undefined;

  /** Ends the request, for good. */
  now(error: unknown): void {
    this.#reason ??= { error };
    this.#giveUp?.(error);
    this.#exchange?.abort(error);
  }

  /** What has to be waited for before an exchange; rejects when it is time to end. */
  orEnd<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      if (this.#reason !== undefined) this.now(this.#reason.error);
      work.then(resolve, reject);
    });
  }

  /** Ends `exchange` when it is time. False when that is so already. */
  end(exchange: Exchange): boolean {
    this.#exchange = exchange;
    if (this.#reason !== undefined) exchange.abort(this.#reason.error);
    return this.#reason === undefined;
  }
}

function timeoutOf({ url }: Hop, timeoutMs: number): AppError {
  return failed(url.href, 'TIMEOUT', `no complete answer within ${timeoutMs} ms`);
}

function tooManyRedirects(url: string): AppError {
  return new AppError('HTTP_REQUEST_FAILED', {
    message: `${withoutQuery(url)} redirects more than ${LIMITS.redirects} times`,
    details: { url: withoutQuery(url), cause: 'TOO_MANY_REDIRECTS' },
  });
}

function failureOf(error: unknown, url: string): AppError {
  if (!(error instanceof AppError)) return failed(url, causeOf(error), describe(error), error);
  if (error.details?.['url'] !== undefined) return error;
  const details = { url: withoutQuery(url), ...error.details };
  return new AppError(error.code, { message: error.message, details, cause: error });
}

function failed(url: string, code: string, reason: string, cause?: unknown): AppError {
  return new AppError('HTTP_REQUEST_FAILED', {
    message: `The request to ${withoutQuery(url)} failed: ${reason}`,
    details: { url: withoutQuery(url), cause: code },
    cause,
  });
}

/** Several addresses were tried: the first failure says as much as all. */
function innermost(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;
}

/** What becomes of a handshake when something else than TLS comes back. */
const NO_TLS: readonly string[] = ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'];

/** How undici refuses responses that no server may send, such as an unasked change of protocol; the message is a line of its own code. */
function isAssertion(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_ASSERTION';
}

function causeOf(error: unknown): string {
  const inner = innermost(error);
  if (isAssertion(inner)) return 'BAD_RESPONSE';
  // An error of the protocol has a member for its code, and may have none in it.
  if (typeof inner === 'object' && inner !== null && 'code' in inner && typeof inner.code === 'string')
    return inner.code;
  return inner instanceof Error ? inner.name : 'UNKNOWN';
}

function describe(error: unknown): string {
  const inner = innermost(error);
  if (isAssertion(inner)) return 'the response is not one that HTTP allows here';
  // OpenSSL's own words are those of a protocol that was not spoken.
  if (NO_TLS.includes(causeOf(error))) return 'the server does not speak TLS here; is the address http://?';
  return inner instanceof Error && inner.message !== '' ? inner.message : causeOf(error);
}
