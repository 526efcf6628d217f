import type { ImapFlow } from 'imapflow';
import { ImapFailure } from './imap-failure.error.js';
import { isWord, responseHandling, type Token } from './response-handling.js';

/** As Microsoft's servers say it: "Request is throttled. Suggested Backoff Time: 92415 milliseconds". */
const IS_THROTTLED = /Request is throttled/i;
const ASKED_MS = /Backoff Time[:=\s]{1,9}(\d{1,15})/i;

/**
 * Fails as soon as a server says for how long it is to be left alone. The client would wait by itself before it says so, for longer than most commands may
 * take and for less than the server asks, and would repeat a FETCH in between.
 */
export function heedThrottling(client: ImapFlow, fail: (failure: ImapFailure) => void): void {
  const handling = responseHandling(client);
  const settle = handling.settleRequest.bind(client);
  handling.settleRequest = (request, response, more) => {
    const pauseMs = response.command === 'OK' ? 0 : pauseIn(response.attributes ?? []);
    if (pauseMs === 0) return settle(request, response, more);
    const seconds = Math.ceil(pauseMs / 1_000);
    const failure = new ImapFailure(
      `The mail server is asked too often: it asks to be left alone for ${seconds} s`,
      'other',
      pauseMs,
    );
    request.reject(failure);
    fail(failure);
    return Promise.resolve();
  };
}

/** Milliseconds for which the server asks to be left alone; 0 where it does not. */
function pauseIn(tokens: readonly Token[]): number {
  const text = tokens
    .flatMap((token) => (isWord(token) && token.type === 'TEXT' && typeof token.value === 'string' ? token.value : []))
    .join(' ');
  return IS_THROTTLED.test(text) ? Number(ASKED_MS.exec(text)?.[1] ?? 0) : 0;
}
