import type { CheckContext } from './check-context.js';
import type { DocumentPath, Report } from './problem.js';

/** Warns of a `sender` that the organisation does not have. `within` is the object that names it, and `at` its place. */
export function checkSender(
  within: unknown,
  at: DocumentPath,
  report: Report,
  { senders }: Pick<CheckContext, 'senders'>,
): void {
  const { sender } = (within ?? {}) as { readonly sender?: unknown };
  if (typeof sender !== 'string' || senders === undefined || senders.includes(sender)) return;
  report({
    severity: 'warning',
    code: 'unknown_sender',
    at: [...at, 'sender'],
    message: `the organisation has no mail sender "${sender}"`,
    hint: 'Store one with PUT /v1/mail/senders/{name}, or leave it out for the account of the installation.',
  });
}
