import { ImapFailure } from './imap-failure.error.js';

/** Throws what is too much of messages that were asked for as a failure of kind `message`: it may be so whenever they are asked for. */
export function aboutMessages(error: unknown): never {
  throw asAbout(error, ['excess']);
}

/**
 * The same of parts of a message. A server that refuses them, or stalls, has let the client in and has sent what else is known of the message: most
 * likely it cannot take this one apart, and never will.
 */
export function aboutParts(error: unknown): never {
  throw asAbout(error, ['excess', 'refused', 'late']);
}

/** The failure of a server that sends more than the piece of a message that it was asked for. */
export function moreThanAPiece(cause?: unknown): ImapFailure {
  const message =
    'The mail server was asked for a piece of the message and sends more: it has to support partial fetches (RFC 3501)';
  return new ImapFailure(message, 'message', 0, { cause });
}

/** The error of a command that asks for a piece: what is too much of it is not said by numbers alone. */
export function aboutPieces(error: unknown): unknown {
  return error instanceof ImapFailure && error.kind === 'excess' ? moreThanAPiece(error) : error;
}

function asAbout(error: unknown, kinds: readonly ImapFailure['kind'][]): unknown {
  const isAbout = error instanceof ImapFailure && kinds.includes(error.kind);
  return isAbout ? new ImapFailure(error.message, 'message', 0, { cause: error }) : error;
}
