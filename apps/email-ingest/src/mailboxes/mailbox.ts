import { createHash } from 'node:crypto';
import type { MailboxAccount } from '@millrace/contracts';

/** A mailbox of an organisation, as it is published. */
export interface Mailbox {
  readonly id: string;
  readonly organisationId: string;
  /** Its secret is sealed. */
  readonly account: MailboxAccount;
  /** Differs when anything of the account has changed. */
  readonly fingerprint: string;
}

/** Which folder of which account a position is of: in another one it means nothing. */
export function folderKey({ imap: { host, user, folder } }: MailboxAccount): string {
  return digest(JSON.stringify([host.toLowerCase(), user, folder]));
}

/** A short name for a text. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
