import { counter, gauge } from '@millrace/service-kit/metrics';

/** Mailboxes that this process watches. */
export const watchedMailboxes = gauge('millrace_mailboxes_watched', 'Mailboxes that this process watches');

/** Attempts to look into mailboxes that failed, by what refused them. */
export const mailboxFailures = counter('millrace_mailbox_failures_total', 'Failed looks into mailboxes', ['kind']);

/** Messages by what became of them. */
export const mailMessages = counter('millrace_mail_messages_total', 'Messages that came into mailboxes', ['verdict']);
