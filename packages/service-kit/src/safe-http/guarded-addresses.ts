import { isIP } from 'node:net';
import type { AllowList } from './allow-list.js';
import { guardedLookup, hostOf, refusalOf } from './guarded-connector.js';
import type { ResolveAll } from './resolve-host.js';

/**
 * The addresses of a host that a user chose, for a library that opens its sockets itself: it has to be given one of them in the
 * place of the name, since a second look-up could answer another one. Those that everybody can reach come first. Rejects with
 * AppError HTTP_ADDRESS_BLOCKED, or with the error of the look-up.
 */
export function guardedAddresses(name: string, allowed: AllowList, resolve?: ResolveAll): Promise<string[]> {
  const host = hostOf(name);
  return new Promise((accept, reject) => {
    if (isIP(host) !== 0) {
      const refusal = refusalOf(host, [{ address: host, family: isIP(host) }], allowed);
      return refusal === null ? accept([host]) : reject(refusal);
    }
    guardedLookup(allowed, resolve)(host, { all: true }, (error, found) => {
      if (error !== null) return reject(error);
      const addresses = Array.isArray(found) ? found : [{ address: found, family: isIP(found) }];
      accept(addresses.sort((a, b) => a.family - b.family).map(({ address }) => address));
    });
  });
}
