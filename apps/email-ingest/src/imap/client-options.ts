import { isIP } from 'node:net';
import { MAIL_LIMITS } from '../limits.js';
import type { OpenAccount } from './open-account.js';

/** How the client connects to one address of the account's server. */
export function clientOptions({ account: { imap }, secret }: OpenAccount, address: string) {
  const { host, port, tls, user, auth } = imap;
  return {
    host: address,
    port,
    secure: tls === 'implicit',
    // With implicit TLS it must be absent.
    ...(tls === 'implicit' ? {} : { doSTARTTLS: tls === 'starttls' }),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    auth: { user, ...(auth.type === 'xoauth2' ? { accessToken: secret } : { pass: secret }) },
    logger: false,
    disableAutoIdle: true,
    // A small answer could become a large one.
    disableCompression: true,
    // Less than the time of silence, so that a line is only silent when it is dead.
    maxIdleTime: 60_000,
    socketTimeout: MAIL_LIMITS.silentMs,
    connectionTimeout: 15_000,
    greetingTimeout: 10_000,
    missingIdleCommand: 'STATUS',
    maxLineLength: 2 * MAIL_LIMITS.pieceBytes,
    maxLiteralSize: 2 * MAIL_LIMITS.pieceBytes,
    maxResponseSize: 4 * MAIL_LIMITS.pieceBytes,
    maxResponseTokens: MAIL_LIMITS.responseTokens,
    clientInfo: { name: 'millrace' },
  } as const;
}
