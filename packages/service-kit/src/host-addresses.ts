import { lookup } from 'node:dns/promises';
import { withDeadline } from '@millrace/messaging';

/** A resolver that does not respond holds nobody up: the URL as it is says so soon enough. */
const LOOK_UP_MS = 1_000;

/** Looks up all addresses of a host, as `dns.lookup` does. */
type LookUp = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

const lookUpAll: LookUp = (host) => lookup(host, { all: true });

/**
 * A URL for each process behind it: a headless Service of Kubernetes, and a service of Compose, is a name with the addresses of all of them. The URL itself
 * for a single address, for a name that cannot be looked up, and for `https`, where the certificate is for the name.
 */
export async function urlsOfHost(url: string, lookUp: LookUp = lookUpAll): Promise<string[]> {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'http:') return [url];
  const found = await withDeadline(lookUp(hostname), LOOK_UP_MS, () => []).catch(() => []);
  // A process with addresses of both families is one.
  const addresses = found.filter(({ family }) => family === found[0]?.family);
  if (addresses.length < 2) return [url];
  return addresses.map(({ address, family }) => {
    const own = new URL(url);
    own.hostname = family === 6 ? `[${address}]` : address;
    return own.href.replace(/\/$/, '');
  });
}
