import { AppError } from '@millrace/contracts';
import { StepFailure } from '../steps/step-failure.js';
import type { Mailbox } from '@millrace/service-kit/mailbox';
import type { MailAccount, MailSender, MailSenders } from './sender.js';

/** What the settings say of the installation's own sender. */
export interface InstallationMail {
  readonly account: MailAccount | undefined;
  readonly from: Mailbox | undefined;
  readonly ratePerMinute: number;
}

/** The installation's sender. */
export class InstallationSenders implements MailSenders {
  readonly #sender: MailSender | undefined;

  constructor({ account, from, ratePerMinute }: InstallationMail) {
    if (account !== undefined && from !== undefined)
      this.#sender = {
        key: 'installation',
        label: 'of this installation',
        organisationId: null,
        ...{ account, from, ratePerMinute },
      };
  }

  find(_: string, name: string | undefined): Promise<MailSender> {
    if (name !== undefined) return Promise.reject(unknownSender(name));
    if (this.#sender !== undefined) return Promise.resolve(this.#sender);
    const message =
      'This installation has no account to send e-mail with: its operator sets MILLRACE_SMTP_URL and MILLRACE_MAIL_FROM of the executor, or the step names a sender of the organisation';
    return Promise.reject(new StepFailure('EMAIL_NOT_CONFIGURED', message));
  }
}

/** The failure of a step that names a sender which the organisation does not have. */
export function unknownSender(name: string): AppError {
  return new AppError('MAIL_SENDER_NOT_FOUND', {
    message: `The organisation has no sender "${name}": store it with PUT /v1/mail/senders/${name}, or name one that GET /v1/mail/senders lists`,
    details: { sender_name: name },
  });
}
