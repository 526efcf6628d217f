import { AppError, LIMITS, type MailboxProblem } from '@millrace/contracts';
import { SealBrokenError } from '@millrace/service-kit/sealing';
import { ImapFailure } from '../imap/imap-failure.error.js';

/** What is wrong with an account, for who has set it up. */
export interface Problem {
  readonly code: MailboxProblem;
  readonly message: string;
  /** Of the mailbox, those that are to be corrected. */
  readonly fields: string[];
}

const NOT_FOUND: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'ENODATA']);
const UNREACHABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'EPIPE',
  'EADDRNOTAVAIL',
  'NoConnection',
]);
const TIMED_OUT: ReadonlySet<string> = new Set(['ETIMEDOUT', 'ETIMEOUT', 'CONNECT_TIMEOUT', 'GREETING_TIMEOUT']);
const TLS = /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|UNABLE_TO|SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/;
/** What the client says of a server without STARTTLS, which has no code. */
const WITHOUT_TLS = /STARTTLS|TLS/i;

const SECRET_UNREADABLE = 'The secret of the mailbox cannot be opened; give it again.';

/** What the owner of a mailbox is shown of an error. */
export function messageOf(error: unknown): string {
  if (error instanceof ImapFailure || error instanceof AppError) return error.message;
  if (error instanceof SealBrokenError) return SECRET_UNREADABLE;
  return 'Something is wrong in email-ingest, whose log says what';
}

/** Names what an attempt to use an account ended with; null for what is not about the account. `isLate`: the time for it was over. */
export function problemOf(error: unknown, isLate: boolean): Problem | null {
  if (isLate)
    return {
      code: 'timed_out',
      message: `The mail server did not respond within ${LIMITS.mailboxTestMs / 1_000} seconds. Correct imap.host or imap.port`,
      fields: ['imap.host', 'imap.port'],
    };
  if (error instanceof SealBrokenError)
    return {
      code: 'secret_unreadable',
      message: SECRET_UNREADABLE,
      fields: ['imap.auth.secret'],
    };
  if (!(error instanceof ImapFailure)) return null;
  const code = codeOf(error);
  return { code, message: error.message, fields: code === 'host_blocked' ? ['imap.host'] : [...error.fields] };
}

function codeOf({ kind, message, cause }: ImapFailure): MailboxProblem {
  if (kind === 'login') return 'login_refused';
  if (kind === 'folder') return 'folder_missing';
  if (cause instanceof AppError && cause.code === 'HTTP_ADDRESS_BLOCKED') return 'host_blocked';
  const code = codeIn(cause) ?? codeIn(message) ?? '';
  if (NOT_FOUND.has(code)) return 'host_not_found';
  if (UNREACHABLE.has(code)) return 'unreachable';
  if (TIMED_OUT.has(code)) return 'timed_out';
  return TLS.test(code) || WITHOUT_TLS.test(message) ? 'tls_failed' : 'server_failed';
}

/** The code of an error, or the one in parentheses at the end of a message. */
function codeIn(from: unknown): string | null {
  if (typeof from === 'string') return /\((\w{1,100})\)$/.exec(from)?.[1] ?? null;
  const { code } = (from ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : null;
}
