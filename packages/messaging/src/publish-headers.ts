import type { MessageDefinition } from '@millrace/contracts';
import { nuid, type MsgHdrs } from '@nats-io/transport-node';
import type { Parcel } from './payload-store.js';
import type { SendOptions } from './publish-options.js';
import { tracedHeaders } from './tracing.js';
import { HEADERS, SERVER_HEADERS } from './wire.js';

/** Where a message is stored first: on its subject, or as a timer on that of the timer. */
export function placeOf<P, A>(
  message: MessageDefinition<P, A>,
  address: A,
  target: string,
  at: Date | undefined,
): { subject: string; headers: MsgHdrs } {
  const headers = tracedHeaders();
  if (at === undefined) return { subject: target, headers };
  if (message.timerSubject === undefined)
    throw new Error(`${message.name} cannot be set as a timer: it has no timerSubject`);
  headers.set(SERVER_HEADERS.schedule, `@at ${at.toISOString()}`);
  headers.set(SERVER_HEADERS.scheduleTarget, target);
  return { subject: message.timerSubject(address), headers };
}

/** What the server is to make of a message, and what its reader needs to know of it. */
export function setHeaders(headers: MsgHdrs, subject: string, { objectName }: Parcel, options: SendOptions): void {
  const { expectLastSequence: expected, expectOn = subject, expiresAfterMs, requestId } = options;
  if (expected !== undefined) headers.set(SERVER_HEADERS.expectedLastSubjectSequence, String(expected));
  if (expected !== undefined && expectOn !== subject) headers.set(SERVER_HEADERS.expectedOnSubject, expectOn);
  if (options.replacesEarlier) headers.set(SERVER_HEADERS.rollup, 'sub');
  if (expiresAfterMs !== undefined) headers.set(SERVER_HEADERS.expiry, `${Math.ceil(expiresAfterMs / 1_000)}s`);
  if (options.continues) headers.set(HEADERS.continues, '1');
  // Without an expected sequence only an id makes a second attempt safe.
  const messageId = options.messageId ?? (expected === undefined ? nuid.next() : undefined);
  if (messageId !== undefined) headers.set(SERVER_HEADERS.messageId, messageId);
  if (requestId !== undefined) headers.set(HEADERS.requestId, requestId);
  if (objectName !== undefined) headers.set(HEADERS.payloadObject, objectName);
}
