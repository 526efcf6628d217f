import { APIConnectionError, APIConnectionTimeoutError, UserAbortError } from './errors.js';

/** A request as it is sent, the same in every attempt. */
export interface Request {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
  /** Milliseconds until the whole answer must be there. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

/** A whole answer, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

/** With these the connection was never made, so that nothing can have been done. */
const NEVER_CONNECTED: readonly unknown[] = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ConnectionRefused',
];

/**
 * Sends a request once and reads the whole answer.
 *
 * @throws APIConnectionTimeoutError, APIConnectionError, UserAbortError
 */
export async function attempt(fetch: typeof globalThis.fetch, request: Request): Promise<Answer> {
  const { url, method, headers, body, timeout, signal } = request;
  if (signal?.aborted) throw new UserAbortError(signal.reason);
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, timeout);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    // A redirect would carry the key to another address and turn a POST into a GET: it is a wrong base URL.
    const response = await fetch(url, {
      method,
      headers,
      body: body as BodyInit | undefined,
      redirect: 'manual',
      signal: controller.signal,
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { status: response.status, headers: response.headers, bytes };
  } catch (cause) {
    if (signal?.aborted) throw new UserAbortError(signal.reason);
    throw connectionError(request, controller.signal.aborted, cause);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** What happened to a request that got no whole answer. */
export function connectionError(
  { url, method, body, timeout }: Request,
  timedOut: boolean,
  cause: unknown,
): APIConnectionError {
  const call = `${method} ${url}`;
  if (timedOut) {
    return new APIConnectionTimeoutError(`${call} got no response within ${timeout} ms`, { maybeDone: true, cause });
  }
  const code = codeOf(cause);
  if (NEVER_CONNECTED.includes(code)) {
    const { origin } = new URL(url);
    const cure = 'Is the platform running (npm start)? Its address is the option baseURL or MEINGPT_BASE_URL.';
    return new APIConnectionError(`${origin} can't be reached (${code}). ${cure}`, { maybeDone: false, cause });
  }
  const message = `${call}: the connection failed (${code})${hintOf(code, body)}`;
  return new APIConnectionError(message, { maybeDone: true, cause });
}

/** Below this the API takes every body. */
const LARGE_BODY = 1_000_000;
/** What a `fetch` says whose server has closed the connection while it was sending. */
const CLOSED: readonly unknown[] = ['EPIPE', 'ECONNRESET', 'UND_ERR_SOCKET'];

/**
 * The API refuses a body that is too large, and closes the connection when there is much more of it. `fetch` of Node drops the 413 when a
 * write fails before it has read it, and offers no way to it: nothing but the size says why.
 */
function hintOf(code: string, body: Request['body']): string {
  const length = typeof body === 'string' ? new TextEncoder().encode(body).length : (body?.length ?? 0);
  if (length <= LARGE_BODY || !CLOSED.includes(code)) return '';
  return `. Probably the body is larger than the API takes: it has ${length} bytes`;
}

/** `fetch` of Node hides what went wrong in the cause; that of Bun has it itself; those of browsers do not say. */
function codeOf(error: unknown): string {
  for (let inner = error; isErrorLike(inner); inner = inner.cause) {
    if (typeof inner.code === 'string') return inner.code;
  }
  return isErrorLike(error) ? String(error.message) : String(error);
}

/** Not `instanceof`: the error may be of another realm. */
function isErrorLike(value: unknown): value is { code?: unknown; cause?: unknown; message?: unknown } {
  return typeof value === 'object' && value !== null;
}
