import type { Msg } from '@nats-io/transport-node';

/** The server puts such headers on what it publishes again or hands out of a stream; no asker does. */
const OF_STREAMS = 'nats-';

/**
 * Whether somebody has asked this. A user who may change a stream, make a consumer or read a message may have what is stored sent to
 * the subject of any question, with the rights of the server. That has a stream's headers, a stream's reply subject, or none.
 */
export function isAsked({ reply, headers }: Pick<Msg, 'reply' | 'headers'>): boolean {
  if (reply?.startsWith('_INBOX.') !== true) return false;
  return headers === undefined || !headers.keys().some((name) => name.toLowerCase().startsWith(OF_STREAMS));
}
