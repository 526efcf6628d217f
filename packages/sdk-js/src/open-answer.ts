import { connectionError, type Request } from './attempt.js';
import { UserAbortError } from './errors.js';

/** An answer whose body is still to come. */
export interface OpenAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** All of its body. */
  bytes(): Promise<Uint8Array>;
  /** Its text, piece by piece. Leaving the loop closes the connection. */
  text(): AsyncGenerator<string, void, undefined>;
}

/**
 * Sends a request once and returns when the head of its answer is there. The time limit is of every silence.
 *
 * @throws APIConnectionTimeoutError, APIConnectionError, UserAbortError
 */
export async function openAnswer(fetch: typeof globalThis.fetch, request: Request): Promise<OpenAnswer> {
  const { url, method, headers, timeout, signal } = request;
  if (signal?.aborted) throw new UserAbortError(signal.reason);
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  let isTimedOut = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listen = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      isTimedOut = true;
      abort();
    }, timeout);
  };
  const close = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    abort();
  };
  const failure = (cause: unknown): Error => {
    close();
    return signal?.aborted ? new UserAbortError(signal.reason) : connectionError(request, isTimedOut, cause);
  };
  signal?.addEventListener('abort', abort, { once: true });
  listen();
  try {
    const response = await fetch(url, { method, headers, redirect: 'manual', signal: controller.signal });
    return {
      status: response.status,
      headers: response.headers,
      async bytes() {
        try {
          return new Uint8Array(await response.arrayBuffer());
        } catch (cause) {
          throw failure(cause);
        } finally {
          close();
        }
      },
      async *text() {
        const reader = response.body?.getReader();
        const decoder = new TextDecoder();
        try {
          for (;;) {
            const read = await reader?.read().catch((cause: unknown) => Promise.reject(failure(cause)));
            if (read?.value === undefined) return;
            listen();
            yield decoder.decode(read.value, { stream: true });
          }
        } finally {
          close();
        }
      },
    };
  } catch (cause) {
    throw failure(cause);
  }
}
