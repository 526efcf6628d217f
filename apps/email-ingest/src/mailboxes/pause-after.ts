import { ImapFailure } from '../imap/imap-failure.error.js';
import { MAIL_LIMITS } from '../limits.js';

export const FIRST_PAUSE_MS = 1_000;

/** How long to leave a server alone after so many failures in a row, of which `error` is the last. Milliseconds. `chance`: from 0 to 1, spreads the pauses. */
export function pauseAfter(error: unknown, failures: number, chance = Math.random()): number {
  const asked = error instanceof ImapFailure ? Math.min(error.pauseMs, MAIL_LIMITS.askedPauseMs) : 0;
  // One message is tried a few times only; those behind it do not wait longer and longer for that.
  const doublings = error instanceof ImapFailure && error.kind === 'message' ? 0 : Math.min(failures - 1, 20);
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** doublings, MAIL_LIMITS.backoffMs);
  // With jitter, so that all mailboxes of a server that was away do not come back at once.
  return Math.max(asked, pauseMs * (0.75 + chance / 2));
}
