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

function asAbout(error: unknown, kinds: readonly ImapFailure['kind'][]): unknown {
  const isAbout = error instanceof ImapFailure && kinds.includes(error.kind);
  return isAbout ? new ImapFailure(error.message, 'message', 0, { cause: error }) : error;
}
