import { LIMITS } from '@millrace/contracts';

/** A longer one is no name of the DNS (RFC 1035), so that there is no service whose state is worth the memory. */
const LONGEST_HOST = 253;

let lastUrl = '';
let lastOrigin: string | undefined;

/**
 * Scheme, host and port of an address that may be called; undefined for others, of which the client says what is wrong. Each call asks for the same address several
 * times, and most steps always call the same one.
 */
export function originOf(url: string): string | undefined {
  if (url.length > LIMITS.urlLength) return undefined;
  if (url !== lastUrl) {
    lastOrigin = readOrigin(url);
    lastUrl = url;
  }
  return lastOrigin;
}

function readOrigin(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, origin } = new URL(url);
  return hostname.length > LONGEST_HOST ? undefined : origin;
}
