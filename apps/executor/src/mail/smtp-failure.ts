import { AppError, LIMITS, MASK, shortened } from '@millrace/contracts';
import { TextMask } from '@millrace/service-kit/redaction';
import { StepFailure } from '../steps/step-failure.js';
import type { MailAccount, MailSender } from './sender.js';

/** What is read of an error of the SMTP client. */
export interface SmtpError extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly responseCode?: number;
  readonly response?: string;
  /** Of the socket, TLS or look-up. */
  readonly originalCode?: string;
  /** One for each recipient, when all were refused. */
  readonly rejectedErrors?: readonly SmtpError[];
}

/** Failures of TLS, which another attempt does not make better. */
const TLS_FAILURE = /^(?:CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;

const NOT_REPEATED =
  ' It is not sent again, since it might arrive twice: look whether it arrived, or set repeat_when_unsure.';

const EARLY = 'EEARLYREPLY';

/** The server has replied to a message before the end of it was in the socket. */
export function earlyReply(): SmtpError {
  return Object.assign(new Error('The server replied to a message that it did not have yet'), { code: EARLY });
}

/**
 * Why nobody knows whether a message arrives whose sending failed, as the end of a sentence; null when it surely does not. Its lines may be in the socket
 * as soon as the server has said, with or without being asked, that they may come. A reply that is then no refusal, or
 * comes before the end of the message, is one to something else: the server may yet take the message.
 */
export function doubtAfter({ code, responseCode }: SmtpError, isHandedOver: boolean): string | null {
  if (responseCode === undefined && code !== EARLY)
    return isHandedOver ? 'the connection broke before the server said that it took it' : null;
  const isRefusal = responseCode !== undefined && responseCode >= 400 && responseCode < 600;
  const isAboutMessage = code === 'EMESSAGE' || code === EARLY;
  const isOutOfTurn = isRefusal
    ? isAboutMessage && !isHandedOver && responseCode < 500
    : isAboutMessage || isHandedOver;
  return isOutOfTurn ? 'the server replied out of turn' : null;
}

/** Why an e-mail was not sent. */
export function smtpFailure(error: unknown, sender: MailSender): StepFailure {
  if (error instanceof StepFailure) return error;
  if (error instanceof AppError && error.code === 'HTTP_ADDRESS_BLOCKED')
    return new StepFailure('EMAIL_SERVER_BLOCKED', error.message, { details: error.details ?? {}, cause: error });
  const smtp = error as SmtpError;
  return smtp.responseCode === undefined || smtp.code === 'ETLS'
    ? notReached(smtp, sender)
    : refused(smtp, smtp.responseCode, sender);
}

/** The failure of an e-mail of which nobody knows whether it arrives; `what`: why, as the end of a sentence. */
export function possiblySent(what: string, messageId: string, sender: MailSender, repeat: boolean): StepFailure {
  const next = repeat ? '' : NOT_REPEATED;
  return new StepFailure(
    'EMAIL_POSSIBLY_SENT',
    `The e-mail was handed over to ${sender.account.host}, but ${what}.${next}`,
    { details: { message_id: messageId, host: sender.account.host }, retryable: repeat, isFinal: !repeat },
  );
}

/** The failure of an e-mail whose executor is gone: what came of it is recorded nowhere. Whoever takes over makes no attempt of it again (`TaskRunner`). */
export function lostWhileSending(messageId: string, { account: { host } }: MailSender): StepFailure {
  const message = `The executor was stopped or replaced while it sent the e-mail by ${host}, and nobody knows whether it was sent.${NOT_REPEATED}`;
  return new StepFailure('EMAIL_POSSIBLY_SENT', message, { details: { message_id: messageId, host } });
}

function refused(error: SmtpError, status: number, sender: MailSender): StepFailure {
  const { account } = sender;
  const reply = replyOf(error, account);
  const isTemporary = [error, ...(error.rejectedErrors ?? [])].some(({ responseCode = 0 }) => responseCode < 500);
  const what =
    error.code === 'EAUTH' ? `does not let the sender ${sender.label} log in` : `${verb(isTemporary)} the e-mail`;
  return new StepFailure(
    isTemporary ? 'EMAIL_FAILED' : 'EMAIL_REFUSED',
    `The mail server ${account.host} ${what}: ${reply}`,
    // Without the error as its cause: that has the reply as it came.
    { details: { host: account.host, status, reply } },
  );
}

function verb(isTemporary: boolean): string {
  return isTemporary ? 'does not take at the moment' : 'refused';
}

function notReached(error: SmtpError, { account }: MailSender): StepFailure {
  const cause = error.originalCode ?? error.code ?? 'unknown';
  const isTls = error.code === 'ETLS' || TLS_FAILURE.test(cause);
  const what = isTls
    ? `No safe connection (TLS) to the mail server ${account.host} could be made (${cause}): its certificate or its settings have to change`
    : `The mail server ${account.host}:${account.port} could not be reached, or broke the connection (${cause})`;
  return new StepFailure('EMAIL_FAILED', what, {
    details: { host: account.host, cause },
    retryable: !isTls,
    cause: error,
  });
}

/** What the server said, in one line, without the account's password, which some repeat in one form or another. */
function replyOf({ response = '' }: SmtpError, { user = '', password = '' }: MailAccount): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const secrets = password === '' ? [] : [password, base64(password), base64(`\0${user}\0${password}`)];
  // Also one that is too short for the mask.
  const without = secrets.reduce((text, secret) => text.replaceAll(secret, MASK), response);
  const mask = new TextMask();
  mask.add(password);
  const masked = mask.apply(without);
  return shortened(masked.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim(), LIMITS.mailReplyCharacters);
}
