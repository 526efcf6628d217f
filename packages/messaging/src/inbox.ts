import { randomUUID } from 'node:crypto';
import { inboxPrefix } from './permissions.js';

/**
 * A new inbox of a client. NATS lets a service reply to all inboxes of those who ask it, and does not check who was asked: so nobody may be
 * able to guess the name of an inbox or of one reply in it. The client's own names count on from one another, and are seen in ids of messages.
 */
export function newInbox(name: string): string {
  return `${inboxPrefix(name)}.${unguessable()}`;
}

/** A token of a subject that nobody guesses. */
export function unguessable(): string {
  return randomUUID();
}
