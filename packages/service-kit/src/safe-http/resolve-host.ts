import { lookup, type LookupAddress } from 'node:dns';
import { readFileSync, statSync } from 'node:fs';
import { LIMITS } from '@millrace/contracts';
import { NameThread } from './name-thread.js';

/** Resolves a name to all its addresses. `owner`: who asks; owners take turns. */
export type ResolveAll = (
  hostname: string,
  callback: (error: Error | null, addresses: readonly LookupAddress[]) => void,
  owner: string,
) => void;

/** For one question to one server, and how often it is asked. */
const QUESTION_MS = 2_000;
const TRIES = 2;
/** Names of the metadata services of clouds: their servers give them an address that is on every machine there. */
const METADATA_NAMES = new Set(['metadata.google.internal', 'metadata.goog']);
const METADATA_ADDRESSES: readonly LookupAddress[] = [{ address: '169.254.169.254', family: 4 }];
const LOOPBACK_ADDRESSES: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];
const HOSTS_FILE = '/etc/hosts';
/** The file is looked at again after so long. */
const HOSTS_LOOK_MS = 5_000;

/** The system's way: with the hosts file, search domains and whatever else is set up on this machine. It takes one of few threads for as long as it lasts. */
export const resolveBySystem = (hostname: string, callback: Parameters<ResolveAll>[1]): void => {
  lookup(hostname, { all: true, order: 'verbatim' }, (error, addresses) => callback(error, addresses));
};

/**
 * Looks names up by asking the name servers of this machine itself. The system's own look-up keeps a thread of the process until it has an answer, and there are two for all: a
 * few names whose servers do not respond would keep everybody else from every name. Names without a dot, and those of the hosts file, are known to the system alone.
 */
export class HostResolver {
  readonly #thread: NameThread;
  #hosts: ReadonlySet<string> = new Set();
  #hostsLookedAt = -Infinity;
  #hostsChangedAt = 0;

  /** `servers`: in the place of those of the machine, `ADDRESS:PORT`. */
  constructor(servers?: readonly string[]) {
    const { addressesOfName: mostAddresses, namesAtOnce } = LIMITS;
    this.#thread = new NameThread({ servers, questionMs: QUESTION_MS, tries: TRIES, mostAddresses }, namesAtOnce);
  }

  readonly resolve: ResolveAll = (hostname, callback, owner) => {
    const name = hostname.toLowerCase().replace(/\.$/, '');
    if (!name.includes('.') || this.#isInHostsFile(name)) return resolveBySystem(hostname, callback);
    const known = knownAddresses(name);
    if (known !== null) return callback(null, known);
    void this.#thread.addressesOf(name, owner).then(
      (addresses) => callback(null, addresses),
      (error: Error) => callback(error, []),
    );
  };

  #isInHostsFile(name: string): boolean {
    if (performance.now() - this.#hostsLookedAt > HOSTS_LOOK_MS) this.#readHostsFile();
    return this.#hosts.has(name);
  }

  #readHostsFile(): void {
    this.#hostsLookedAt = performance.now();
    try {
      const { mtimeMs } = statSync(HOSTS_FILE);
      if (mtimeMs === this.#hostsChangedAt) return;
      this.#hosts = new Set(namesIn(readFileSync(HOSTS_FILE, 'utf8')));
      this.#hostsChangedAt = mtimeMs;
    } catch {
      // A machine without one.
      this.#hosts = new Set();
    }
  }
}

/**
 * The addresses of a name that leads inside of a network wherever it is looked up. No server is asked: one that does not know it would leave it to a proxy,
 * which may. That whatever ends with `.localhost` is the machine itself is in RFC 6761.
 */
function knownAddresses(name: string): readonly LookupAddress[] | null {
  if (name.endsWith('.localhost')) return LOOPBACK_ADDRESSES;
  return METADATA_NAMES.has(name) ? METADATA_ADDRESSES : null;
}

function namesIn(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const [, ...names] = (line.split('#')[0] ?? '').trim().toLowerCase().split(/\s+/);
    return names;
  });
}
