import { redactionBy, TextMask, type Redact } from '@millrace/service-kit/redaction';
import { guardedAddresses, type AllowList } from '@millrace/service-kit/safe-http';
import { clientOptions } from './client-options.js';
import { CONNECT } from './command-limits.js';
import { ImapFailure, imapFailure } from './imap-failure.error.js';
import type { OpenAccount } from './open-account.js';
import { ServerLine } from './server-line.js';
import { untilAborted } from './until-aborted.js';

const MOST_ADDRESSES = 4;
const NO_ADDRESS = { fields: ['imap.host'] };

/** Connects and logs in, at whichever address of the host takes connections. Rejects with {@link ImapFailure}. */
export async function openLine(opened: OpenAccount, allowed: AllowList, stopping: AbortSignal): Promise<ServerLine> {
  const { host } = opened.account.imap;
  const hide = hiding(opened.secret);
  const addresses = await untilAborted(
    guardedAddresses(host, { allowed, owner: opened.organisationId }),
    stopping,
  ).catch((error: unknown) => {
    throw imapFailure(error);
  });
  // Loaded with the first connection: it takes 30 MB, and many installations have no mailbox.
  const { ImapFlow } = await import('imapflow');
  let failure = new ImapFailure(`The mail server cannot be used: "${host}" has no address`, 'other', 0, NO_ADDRESS);
  for (const address of addresses.slice(0, MOST_ADDRESSES)) {
    if (stopping.aborted) break;
    const line = new ServerLine(new ImapFlow(clientOptions(opened, address)), opened.organisationId, hide);
    const close = (): void => line.close();
    stopping.addEventListener('abort', close);
    try {
      await line.within(CONNECT, (client) => client.connect());
      return line;
    } catch (error) {
      line.close();
      failure = imapFailure(error, undefined, hide);
      if (failure.kind === 'login' || failure.pauseMs > 0) break;
    } finally {
      stopping.removeEventListener('abort', close);
    }
  }
  throw failure;
}

function hiding(secret: string): Redact {
  const mask = new TextMask();
  mask.add(secret);
  return redactionBy([mask]);
}
