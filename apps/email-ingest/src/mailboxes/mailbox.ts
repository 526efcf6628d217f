import { createHash } from 'node:crypto';
import type { MailboxAccount } from '@millrace/contracts';
import { SealBrokenError, sealIdOf } from '@millrace/service-kit/sealing';

/** A mailbox of an organisation, as it is published. */
export interface Mailbox {
  readonly id: string;
  readonly organisationId: string;
  /** Its secret is sealed. */
  readonly account: MailboxAccount;
  /** Differs when anything of the account has changed, or another master key wraps its secret. */
  readonly fingerprint: string;
  /** Differs when anything of the account has changed, whatever master key wraps its secret. */
  readonly settings: string;
}

/** Which folder of which account a position is of: in another one it means nothing. */
export function folderKey({ imap: { host, user, folder } }: MailboxAccount): string {
  return digest(JSON.stringify([host.toLowerCase(), user, folder]));
}

/** See {@link Mailbox.settings}. */
export function settingsOf(account: MailboxAccount): string {
  const { imap } = account;
  const auth = { ...imap.auth, secret: sealIdOrText(imap.auth.secret) };
  return digest(JSON.stringify({ ...account, imap: { ...imap, auth } }));
}

/** One that is damaged is wrapped by no other key. */
function sealIdOrText(secret: string): string {
  try {
    return sealIdOf(secret);
  } catch (error) {
    if (error instanceof SealBrokenError) return secret;
    throw error;
  }
}

/** A short name for a text. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
