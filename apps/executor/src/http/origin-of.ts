import { LIMITS } from '@millrace/contracts';

/** A longer one is no name of the DNS (RFC 1035), so that there is no service whose state is worth the memory. */
const LONGEST_HOST = 253;

/** The origin of an address that may be called; undefined for others, of which the client says what is wrong. */
export function originOf(url: string): string | undefined {
  if (url.length > LIMITS.urlLength || !URL.canParse(url)) return undefined;
  const { hostname, origin } = new URL(url);
  return hostname.length > LONGEST_HOST ? undefined : origin;
}
