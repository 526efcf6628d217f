import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { HOUSE_LIMITS } from './limits.js';
import type { Maildir } from './maildir.js';

/** The name that it introduces itself by. */
const NAME = 'millrace.local';

/** Mail to a domain, kept once more in a mailbox of its own. */
export interface LocalDomain {
  readonly name: string;
  readonly maildir: Maildir;
}

/** An SMTP server that takes every e-mail for every recipient, without a login, and hands nothing on. */
export function smtpServer(maildir: Maildir, local: LocalDomain, log: (line: string) => void): SMTPServer {
  const server = new SMTPServer({
    name: NAME,
    banner: 'mail house of npm start: keeps every e-mail, delivers none',
    size: HOUSE_LIMITS.messageBytes,
    maxRecipients: HOUSE_LIMITS.recipients,
    maxClients: HOUSE_LIMITS.connections,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 1_000,
    onData(stream, session, done) {
      const copies = isFor(local.name, session) ? [local.maildir] : [];
      maildir.deliver(traceHeaders(session), stream, copies).then(
        (id) => done(null, `kept as ${id}`),
        (error: Error) => {
          log(
            `An e-mail was not kept: ${error.message}${error.cause instanceof Error ? ` (${error.cause.message})` : ''}`,
          );
          done(error);
        },
      );
    },
  });
  // One connection that broke; the server goes on.
  server.on('error', (error) => log(`A connection failed: ${error.message}`));
  return server;
}

function isFor(domain: string, { envelope }: SMTPServerSession): boolean {
  return envelope.rcptTo.some(({ address }) => address.toLowerCase().endsWith(`@${domain}`));
}

/** What a server that delivers writes before a message: by whom it was sent and for whom, which its own headers need not say. */
function traceHeaders({ envelope, hostNameAppearsAs, transmissionType }: SMTPServerSession): string {
  const sender = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
  const lines = [
    `Return-Path: <${sender}>`,
    ...envelope.rcptTo.map(({ address }) => `Delivered-To: ${address}`),
    `Received: from ${hostNameAppearsAs || 'unknown'} by ${NAME} with ${transmissionType}; ${new Date().toUTCString()}`,
  ];
  return lines.map((line) => `${line.replaceAll(/\p{Cc}/gu, ' ')}\r\n`).join('');
}
