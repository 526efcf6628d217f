import { isIP, type LookupFunction } from 'node:net';
import type { AllowList } from './allow-list.js';
import { guardedLookup, hostOf, refusalOf } from './guarded-connector.js';
import { lookingUpFor } from './look-up-owner.js';
import type { ResolveAll } from './resolve-host.js';

/** What may be reached, and who asks; names are looked up by turns. */
export interface GuardedAddressesOptions {
  readonly allowed: AllowList;
  readonly owner: string;
  readonly resolve?: ResolveAll | undefined;
}

/**
 * The addresses of a host that a user chose, for a library that opens its sockets itself: it has to be given one of them in the
 * place of the name, since a second look-up could answer another one. Those that everybody can reach come first. Rejects with
 * AppError HTTP_ADDRESS_BLOCKED, or with the error of the look-up.
 */
export function guardedAddresses(name: string, options: GuardedAddressesOptions): Promise<string[]> {
  const { allowed, owner, resolve } = options;
  const host = hostOf(name);
  return new Promise((accept, reject) => {
    if (isIP(host) !== 0) {
      const refusal = refusalOf(host, [{ address: host, family: isIP(host) }], allowed);
      return refusal === null ? accept([host]) : reject(refusal);
    }
    const answered: Parameters<LookupFunction>[2] = (error, found) => {
      if (error !== null) return reject(error);
      const addresses = Array.isArray(found) ? found : [{ address: found, family: isIP(found) }];
      accept(addresses.sort((a, b) => a.family - b.family).map(({ address }) => address));
    };
    lookingUpFor(owner, () => guardedLookup(allowed, resolve)(host, { all: true }, answered));
  });
}
