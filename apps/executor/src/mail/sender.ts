import type { Mailbox } from '@millrace/service-kit/mailbox';

/** An account on a mail server (SMTP). */
export interface MailAccount {
  readonly host: string;
  readonly port: number;
  /** `implicit`: from the first byte. `starttls`: before anything is said that matters. `none`: never. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  /** With a password; undefined where the server takes e-mail without. */
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

/** A key that e-mail is signed with. */
export interface DkimKey {
  readonly domain: string;
  readonly selector: string;
  /** PEM. */
  readonly privateKey: string;
}

/** Who sends e-mail, and by which server. */
export interface MailSender {
  /** The same for as long as nothing about it changes: connections are shared by it. */
  readonly key: string;
  /** For messages: `"support"`, or `of this installation`. */
  readonly label: string;
  /** Null for that of the installation. */
  readonly organisationId: string | null;
  readonly account: MailAccount;
  readonly from: Mailbox;
  /** For one organisation; 0 for no limit. */
  readonly ratePerMinute: number;
  readonly dkim?: DkimKey | undefined;
}

/** Finds senders. */
export interface MailSenders {
  /**
   * The organisation's sender of a name, or without one that of the installation. Rejects with EMAIL_NOT_CONFIGURED,
   * MAIL_SENDER_NOT_FOUND, SECRET_UNREADABLE, SERVICE_UNAVAILABLE.
   */
  find(organisationId: string, name: string | undefined): Promise<MailSender>;
}
