import { AppError } from '@millrace/contracts';
import type { RequestBody } from './request-content.js';
import { parseSafeUrl, withoutQuery } from './safe-url.js';

/** One request of a chain of redirects. */
export interface Hop {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: RequestBody | undefined;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Headers that say nothing about the caller: all others stay with the origin they were meant for. */
const HARMLESS = new Set(['accept', 'accept-language', 'user-agent', 'content-type']);

/** Whether an answer sends the caller to another address. */
export function isRedirect(status: number, location: string | undefined): location is string {
  return REDIRECTS.has(status) && location !== undefined;
}

/**
 * The request that an answer redirects to, or null when it is no redirect. 303 becomes GET, and 301 and 302 of a POST too,
 * as browsers do. On the way to another origin all headers but the harmless ones are dropped. Throws AppError for an
 * address that must not be called, and for a step down from https to http.
 */
export function nextHop(hop: Hop, status: number, location: string | undefined): Hop | null {
  if (!isRedirect(status, location)) return null;
  let target: string;
  try {
    target = new URL(location, hop.url).href;
  } catch {
    target = location;
  }
  const url = parseSafeUrl(target);
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') {
    throw new AppError('HTTP_REQUEST_FAILED', {
      message: `${withoutQuery(hop.url.href)} redirects from https to http, which would send the request unprotected`,
      details: { url: withoutQuery(hop.url.href), cause: 'INSECURE_REDIRECT' },
    });
  }
  const becomesGet =
    (status === 303 && hop.method !== 'HEAD') || ((status === 301 || status === 302) && hop.method === 'POST');
  const sameOrigin = hop.url.origin === url.origin;
  const headers = Object.fromEntries(
    Object.entries(hop.headers).filter(
      ([name]) => (sameOrigin || HARMLESS.has(name)) && !(becomesGet && name === 'content-type'),
    ),
  );
  return { method: becomesGet ? 'GET' : hop.method, url, headers, body: becomesGet ? undefined : hop.body };
}
