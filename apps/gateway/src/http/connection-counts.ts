import type { Server } from 'node:http';
import { callerKey } from '../rate-limits/caller-address.js';

/**
 * Closes connections of an address beyond `limit`, so that none can take all that the process may have. A proxy that the
 * gateway trusts has as many as it likes: they are many callers'.
 */
export function limitConnections(server: Server, limit: number, isTrusted: (address: string) => boolean): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const { remoteAddress: address } = socket;
    if (address === undefined || isTrusted(address)) return;
    const key = callerKey(address);
    const before = open.get(key) ?? 0;
    if (before >= limit) return void socket.destroy();
    open.set(key, before + 1);
    socket.once('close', () => {
      const left = (open.get(key) ?? 0) - 1;
      if (left > 0) open.set(key, left);
      else open.delete(key);
    });
  });
}
