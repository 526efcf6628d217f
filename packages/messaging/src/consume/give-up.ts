import type { NatsBus } from '../nats-bus.js';
import { retryDelay } from '../verdict.js';
import { deadLetter } from './dead-letters.js';
import { runHandler, type GivenUp, type NestHandler } from './delivery.js';
import type { Incoming } from './incoming.js';

/** The handler to call when a message is given up. */
export interface GivingUp {
  /** When it throws, the message comes again instead. */
  readonly handler: NestHandler | undefined;
  readonly signal: AbortSignal;
  /** False when reading the message is what processes died of; true by default. */
  readonly readable?: boolean;
}

/** Notifies the service, which may have to leave word of it, and then makes the message a dead letter. */
export async function giveUp(
  bus: NatsBus,
  incoming: Incoming,
  reason: string,
  { handler, signal, readable = true }: GivingUp,
): Promise<void> {
  const { stream, consumer, sequence, storedAt, deliveryCount } = incoming.info;
  const { message } = incoming;
  const read = async () => (readable ? await bus.payloads.read(message) : null);
  const given: GivenUp = { sequence, subject: message.subject, storedAt, reason, inline: message.data, read };
  try {
    if (handler) await runHandler(handler, given, { signal });
  } catch (error) {
    const fields = { stream, consumer, subject: message.subject, sequence, err: error };
    bus.internals.logger.warn(fields, 'A message could not be given up yet; it comes again');
    return incoming.nak(retryDelay(deliveryCount, Math.random()));
  }
  await deadLetter(bus, incoming, reason);
}
