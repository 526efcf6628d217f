import { connect, type Socket } from 'node:net';
import { guardedSocket, type AllowList } from '@millrace/service-kit/safe-http';

/** Where a mail server is; `allowed` is null for one that the operator has chosen. */
export interface MailServerAddress {
  readonly host: string;
  readonly port: number;
  readonly allowed: AllowList | null;
  readonly timeoutMs: number;
}

/** A connected socket to a mail server. Rejects as {@link guardedSocket} does. */
export function mailSocket({ allowed, ...address }: MailServerAddress): Promise<Socket> {
  return allowed === null ? plainSocket(address) : guardedSocket({ ...address, allowed });
}

function plainSocket({ host, port, timeoutMs }: Omit<MailServerAddress, 'allowed'>): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, autoSelectFamily: true });
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const timedOut = Object.assign(new Error(`No connection within ${timeoutMs} ms`), { code: 'ETIMEDOUT' });
    const timer = setTimeout(fail, timeoutMs, timedOut);
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}
