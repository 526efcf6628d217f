import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { AppError } from '@millrace/contracts';
import { buildConnector } from 'undici';
import { blockedRange } from './address-guard.js';
import type { AllowList } from './allow-list.js';
import type { RouteTls } from './http-routes.js';
import { lookUpOwner } from './look-up-owner.js';
import { HostResolver, resolveBySystem, type ResolveAll } from './resolve-host.js';

/** One for all: it has the connections to the name servers. */
const hosts = new HostResolver();

/**
 * A connector for undici that connects only to addresses that may be called. The address that was checked is the one that
 * is connected to (a second look-up could answer another one), and the connected socket's address is checked once more.
 */
export function guardedConnector(options: {
  allowed: AllowList;
  connectTimeoutMs: number;
  resolve?: ResolveAll | undefined;
  /** What a connection shows, and whom it trusts. */
  tls?: RouteTls;
}): buildConnector.connector {
  const { allowed, connectTimeoutMs, resolve, tls } = options;
  const lookup = guardedLookup(allowed, resolve);
  const connect = buildConnector({ ...tls, timeout: connectTimeoutMs, lookup, autoSelectFamily: true });
  return (target, callback) => {
    const host = hostOf(target.hostname);
    // A literal address is never looked up.
    const refusal = isIP(host) === 0 ? null : refusalOf(host, [{ address: host, family: isIP(host) }], allowed);
    if (refusal !== null) return callback(refusal, null);
    connect(target, (error, socket) => {
      if (error !== null) return callback(error, null);
      const { remoteAddress = '' } = socket;
      const late = refusalOf(host, [{ address: remoteAddress, family: isIP(remoteAddress) }], allowed);
      if (late === null) return callback(null, socket);
      socket.destroy();
      callback(late, null);
    });
  };
}

/** A look-up that fails for a name of which any address must not be called. See {@link lookUpOwner} for whose it is. */
export function guardedLookup(allowed: AllowList, resolve?: ResolveAll): LookupFunction {
  return (hostname, { all }, callback) => {
    // What the operator allows may be known to this machine alone, and be a name that no server has.
    const ask = resolve ?? (allowed.namesHost(hostOf(hostname)) ? resolveBySystem : hosts.resolve);
    const answered: Parameters<ResolveAll>[1] = (error, addresses) => {
      const refusal = error ?? refusalOf(hostOf(hostname), addresses, allowed);
      if (refusal !== null) return callback(refusal, []);
      if (all === true) return callback(null, [...addresses]);
      const [first] = addresses;
      callback(null, first?.address ?? '', first?.family);
    };
    ask(hostname, answered, lookUpOwner());
  };
}

/** Why a host must not be called, or null. One bad address among several is enough: which one is used is chance. */
export function refusalOf(host: string, addresses: readonly LookupAddress[], allowed: AllowList): AppError | null {
  if (allowed.allowsHost(host)) return null;
  if (addresses.length === 0) return blocked(host, host, 'no address');
  for (const { address } of addresses) {
    const range = blockedRange(address);
    if (range !== null && !allowed.allowsAddress(address)) return blocked(host, address, range);
  }
  return null;
}

/** A host as the guard compares it: without brackets and the root's dot, in lower case. */
export function hostOf(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

function blocked(host: string, address: string, range: string): AppError {
  const what = host === address ? `The address ${address}` : `The host ${host}`;
  return new AppError('HTTP_ADDRESS_BLOCKED', {
    message: `${what} is not public (${range}) and must not be called. The operator of this installation can allow it in MILLRACE_HTTP_ALLOWED_HOSTS.`,
    details: { host, range },
  });
}
