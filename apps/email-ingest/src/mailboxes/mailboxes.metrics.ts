import { counter, counterFromZero, gauge } from '@millrace/service-kit/metrics';

/** Mailboxes that this process watches. */
export const watchedMailboxes = gauge('millrace_mailboxes_watched', 'Mailboxes that this process watches');

/** All mailboxes, by their state; the same in all processes. */
export const mailboxesByState = gauge('millrace_mailboxes', 'Mailboxes of all organisations, by their state', [
  'state',
]);

/** Of these, those that no process has looked at for three intervals. */
export const silentMailboxes = gauge('millrace_mailboxes_silent', 'Mailboxes that nobody has looked at for long');

/** Attempts to look into mailboxes that failed, by what refused them. */
export const mailboxFailures = counterFromZero(
  'millrace_mailbox_failures_total',
  'Failed looks into mailboxes',
  'kind',
  ['login', 'other'],
);

/** Messages by what became of them. */
export const mailMessages = counter('millrace_mail_messages_total', 'Messages that came into mailboxes', ['verdict']);
