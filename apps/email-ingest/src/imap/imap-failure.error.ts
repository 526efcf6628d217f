import type { Redact } from '@millrace/service-kit/redaction';
import { adviceOn } from './connection-advice.js';

/** What a failure is due to: another error, and the fields of the mailbox that are to be corrected. */
interface DueTo extends ErrorOptions {
  readonly fields?: readonly string[];
}

/** What went wrong with a mailbox's server, for the people who own the mailbox. The message has nothing secret in it. */
export class ImapFailure extends Error {
  /** Of the mailbox, those that are to be corrected. */
  readonly fields: readonly string[];

  constructor(
    message: string,
    /**
     * `login`: the server refuses the login and will refuse it again. `excess`: it sent more than is taken. `message`: it sent too
     * much, or nothing, for the messages that were asked for, and may do that again. `folder`: it has no such folder, or makes none.
     * `refused`: it says no to a command. `late`: it does not respond to one in time.
     */
    readonly kind: 'login' | 'excess' | 'message' | 'folder' | 'refused' | 'late' | 'other',
    /** The server asks to be left alone for so long: milliseconds. */
    readonly pauseMs: number = 0,
    options: DueTo = {},
  ) {
    super(message, options);
    this.name = 'ImapFailure';
    this.fields = options.fields ?? [];
  }
}

/** Codes of servers for a login that stays wrong. All others, such as too many connections, pass by themselves. */
const WRONG_LOGIN: ReadonlySet<string> = new Set([
  'AUTHENTICATIONFAILED',
  'AUTHORIZATIONFAILED',
  'EXPIRED',
  'PRIVACYREQUIRED',
]);

/** Codes of servers that say no to whatever they are asked, for a time. */
const PASSES: ReadonlySet<string> = new Set(['UNAVAILABLE', 'LIMIT', 'INUSE']);

/** Codes of the client for what a server sends too much of. */
const EXCESS: ReadonlySet<string> = new Set([
  'LineTooLarge',
  'LiteralTooLarge',
  'ResponseTooLarge',
  'TooManyTokens',
  'TooManyResponses',
]);

const SAYS_WRONG_LOGIN = /invalid|credential|password|login failed/i;

/** How long a command took, which Dovecot says behind its replies. */
const TOOK = / \(\d+\.\d+(?: \+ \d+\.\d+)* secs\)\.?$/;

/** What a server says, to be in a sentence: without a full stop of its own. */
function said(text: string): string {
  return text
    .slice(0, LONGEST_REPLY)
    .trim()
    .replace(TOOK, '')
    .replace(/(?<!\.)\.+$/, '');
}

/** What is known of errors of imapflow, of sockets and of TLS. */
interface ErrorDetails {
  readonly message?: string;
  readonly code?: string;
  readonly authenticationFailed?: boolean;
  readonly serverResponseCode?: string;
  readonly responseText?: string;
  readonly responseStatus?: string;
  readonly mailboxMissing?: boolean;
}

const LONGEST_REPLY = 300;

/**
 * The failure that an error of the client stands for; `cause` is what its `error` event said before, which is the reason when
 * the command only says that there is no connection. `hide` takes out what servers repeat of the login.
 */
export function imapFailure(failed: unknown, cause?: unknown, hide: Redact = (text) => text): ImapFailure {
  if (failed instanceof ImapFailure) return failed;
  if (cause instanceof ImapFailure) return cause;
  const error = hide(failed);
  const details = (error ?? {}) as ErrorDetails;
  const reason = (hide(cause) ?? {}) as ErrorDetails;
  const reply = said(details.responseText ?? '');
  if (isWrongLogin(details)) {
    const message = `The server refuses the login${reply === '' ? '' : `: ${reply}`}. Give the mailbox the right imap.user and imap.auth.secret.`;
    return new ImapFailure(message, 'login', 0, { cause: error, fields: ['imap.user', 'imap.auth.secret'] });
  }
  const text = reply || reason.message || details.message || 'no reason was given';
  const code = reason.code ?? details.code;
  const kind = kindOf(details, code);
  if (kind === 'folder') {
    const message = `The mail server has no such folder. Correct imap.folder. It says: ${said(text)}`;
    return new ImapFailure(message, kind, 0, { cause: error, fields: ['imap.folder'] });
  }
  const { sentence, fields } = adviceOn(code ?? '', text) ?? { sentence: text.slice(0, LONGEST_REPLY), fields: [] };
  const message = `The mail server cannot be used: ${sentence}${code === undefined ? '' : ` (${code})`}`;
  return new ImapFailure(message, kind, 0, { cause: error, fields });
}

function kindOf(details: ErrorDetails, code: string | undefined): ImapFailure['kind'] {
  if (code !== undefined && EXCESS.has(code)) return 'excess';
  if (isMissingFolder(details)) return 'folder';
  const { responseStatus = '', serverResponseCode = '', authenticationFailed } = details;
  const isRefused = responseStatus === 'NO' || responseStatus === 'BAD';
  if (authenticationFailed === true || PASSES.has(serverResponseCode)) return 'other';
  return isRefused ? 'refused' : 'other';
}

function isMissingFolder({ mailboxMissing, serverResponseCode }: ErrorDetails): boolean {
  return mailboxMissing === true || serverResponseCode === 'NONEXISTENT';
}

function isWrongLogin({
  authenticationFailed,
  serverResponseCode,
  responseStatus,
  responseText,
}: ErrorDetails): boolean {
  if (authenticationFailed !== true) return false;
  if (serverResponseCode !== undefined && serverResponseCode !== '') return WRONG_LOGIN.has(serverResponseCode);
  return responseStatus === 'NO' && SAYS_WRONG_LOGIN.test(responseText ?? '');
}
