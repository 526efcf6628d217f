import type { LookupAddress } from 'node:dns';
import { promisify } from 'node:util';
import { withDeadline } from '@millrace/messaging';
import { resolveBySystem } from './safe-http/resolve-host.js';

/** A resolver that does not respond holds nobody up: the URL as it is says so soon enough. */
const LOOK_UP_MS = 1_000;
/** How long the addresses of a followed host count: a look-up takes one of few threads of the process. */
const FOLLOW_MS = 30_000;

/** Looks up all addresses of a host, as `dns.lookup` does. */
export type LookUp = (host: string) => Promise<readonly LookupAddress[]>;

/** The system's way, since names of Kubernetes are completed by search domains, and those of Compose have no dot. */
const lookUpAll: LookUp = promisify(resolveBySystem);

/**
 * A URL for each process behind it: a headless Service of Kubernetes, and a service of Compose, is a name with the addresses of all of them. The URL itself
 * for a single address, for a name that cannot be looked up, and for `https`, where the certificate is for the name.
 */
export function urlsOfHost(url: string, lookUp: LookUp = lookUpAll): Promise<string[]> {
  return withDeadline(findUrls(url, lookUp), LOOK_UP_MS, () => [url]).catch(() => [url]);
}

/** What `urlsOfHost` is once, again and again: for those who look at all processes behind a URL each second. */
export class FollowedHost {
  #urls: readonly string[];
  #lookingUp: Promise<void> | undefined;
  #dueAt = -Infinity;

  constructor(
    private readonly url: string,
    private readonly lookUp: LookUp = lookUpAll,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#urls = [url];
  }

  /**
   * A URL for each process, of at most 30 s ago; those found last while the name cannot be looked up. Only the first call waits for a look-up, for a
   * second at most. Never rejects.
   */
  async urls(): Promise<readonly string[]> {
    const isFirst = this.#dueAt === -Infinity;
    // One that does not end keeps its thread: a second one would take another.
    if (this.#lookingUp === undefined && this.now() >= this.#dueAt) {
      this.#dueAt = this.now() + FOLLOW_MS;
      this.#lookingUp = this.#lookUpAgain();
    }
    if (isFirst && this.#lookingUp !== undefined) await withDeadline(this.#lookingUp, LOOK_UP_MS, () => undefined);
    return this.#urls;
  }

  async #lookUpAgain(): Promise<void> {
    this.#urls = await findUrls(this.url, this.lookUp).catch(() => this.#urls);
    this.#lookingUp = undefined;
  }
}

/** Rejects when the name cannot be looked up. */
async function findUrls(url: string, lookUp: LookUp): Promise<string[]> {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'http:') return [url];
  const found = await lookUp(hostname);
  // A process with addresses of both families is one.
  const addresses = found.filter(({ family }) => family === found[0]?.family);
  if (addresses.length < 2) return [url];
  return addresses.map(({ address, family }) => {
    const own = new URL(url);
    own.hostname = family === 6 ? `[${address}]` : address;
    return own.href.replace(/\/$/, '');
  });
}
