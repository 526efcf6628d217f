import { z } from 'zod';
import type { InstallationMail } from './installation-senders.js';
import { SECRET } from '@millrace/service-kit/config';
import { parseMailbox } from '@millrace/service-kit/mailbox';
import { parseSmtpUrl } from './smtp-url.js';

/** The settings of the installation's own sender. */
export const mailConfigShape = {
  MILLRACE_SMTP_URL: z
    .string()
    .transform((text, context) => {
      try {
        return parseSmtpUrl(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
        return z.NEVER;
      }
    })
    .optional()
    .describe(
      'the account that `email` steps send with when they name no sender: `smtp://user:password@host:587` (STARTTLS; `?tls=none` for a relay without TLS) or `smtps://user:password@host:465`; without it such steps fail with `EMAIL_NOT_CONFIGURED`',
    )
    .meta(SECRET),
  MILLRACE_MAIL_FROM: z
    .string()
    .transform((text, context) => {
      const mailbox = parseMailbox(text);
      if (!('problem' in mailbox)) return mailbox;
      context.addIssue({ code: 'custom', message: mailbox.problem });
      return z.NEVER;
    })
    .optional()
    .describe('the address that they are sent from: `Example <no-reply@example.com>`; required with MILLRACE_SMTP_URL'),
  MILLRACE_MAIL_RATE_PER_MINUTE: z.coerce
    .number()
    .int()
    .min(0)
    .max(100_000)
    .default(60)
    .describe('e-mails that one organisation may send by that account in a minute; further ones wait; 0 for no limit'),
};

/** What the settings say of the installation's own sender. */
export function installationMail(config: MailConfig): InstallationMail {
  return {
    account: config.MILLRACE_SMTP_URL,
    from: config.MILLRACE_MAIL_FROM,
    ratePerMinute: config.MILLRACE_MAIL_RATE_PER_MINUTE,
  };
}

type MailConfig = z.output<z.ZodObject<typeof mailConfigShape>>;

/** One of the two without the other is a mistake. */
export function checkMail(
  config: Pick<MailConfig, 'MILLRACE_SMTP_URL' | 'MILLRACE_MAIL_FROM'>,
  context: z.RefinementCtx,
): void {
  const hasUrl = config.MILLRACE_SMTP_URL !== undefined;
  if (hasUrl === (config.MILLRACE_MAIL_FROM !== undefined)) return;
  const [path, other] = hasUrl
    ? ['MILLRACE_MAIL_FROM', 'MILLRACE_SMTP_URL']
    : ['MILLRACE_SMTP_URL', 'MILLRACE_MAIL_FROM'];
  context.addIssue({ code: 'custom', path: [path], message: `is required with ${other}` });
}
