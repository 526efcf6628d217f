import type { MailboxAccount } from '@millrace/contracts';

/** An account with its secret in clear text. */
export interface OpenAccount {
  readonly organisationId: string;
  readonly account: MailboxAccount;
  readonly secret: string;
}
