import { connect, isIP, type Socket } from 'node:net';
import type { AllowList } from './allow-list.js';
import { guardedLookup, hostOf, refusalOf } from './guarded-connector.js';
import { lookingUpFor } from './look-up-owner.js';
import type { ResolveAll } from './resolve-host.js';

/** Where a socket leads, and what may be reached. */
export interface GuardedSocketOptions {
  readonly host: string;
  readonly port: number;
  readonly allowed: AllowList;
  /** Whose socket it is; names are looked up by turns. */
  readonly owner: string;
  readonly timeoutMs: number;
  readonly resolve?: ResolveAll | undefined;
}

/**
 * A connected TCP socket to a host that a user chose, for what speaks no HTTP. The address that was checked is the one that is
 * connected to, and that of the connected socket is checked once more. Rejects with AppError HTTP_ADDRESS_BLOCKED, or with
 * the error of the connection (`ETIMEDOUT` after `timeoutMs`).
 */
export function guardedSocket(options: GuardedSocketOptions): Promise<Socket> {
  const { port, allowed, owner, timeoutMs, resolve } = options;
  const host = hostOf(options.host);
  const refusalOfAddress = (address: string) => refusalOf(host, [{ address, family: isIP(address) }], allowed);
  return new Promise((accept, reject) => {
    // A literal address is never looked up.
    const refusal = isIP(host) === 0 ? null : refusalOfAddress(host);
    if (refusal !== null) return reject(refusal);
    const lookup = guardedLookup(allowed, resolve);
    const socket = lookingUpFor(owner, () => connect({ host, port, lookup, autoSelectFamily: true }));
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const timedOut = Object.assign(new Error(`No connection within ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
    const timer = setTimeout(fail, timeoutMs, timedOut);
    socket.once('error', fail);
    socket.once('connect', () => {
      const late = refusalOfAddress(socket.remoteAddress ?? '');
      if (late !== null) return fail(late);
      clearTimeout(timer);
      socket.off('error', fail);
      accept(socket);
    });
  });
}
