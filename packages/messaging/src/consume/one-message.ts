import type { MessageDefinition } from '@millrace/contracts';
import type { NatsBus } from '../nats-bus.js';
import { UnreadableError, type Verdict } from '../verdict.js';
import type { Incoming } from './incoming.js';

export type AnyMessage = Pick<MessageDefinition<unknown, never>, 'name' | 'stream' | 'schema'>;

/** The payload of a message, checked. Throws only errors that `verdictOnFailure` handles. */
export async function readPayload(bus: NatsBus, message: AnyMessage, incoming: Incoming): Promise<unknown> {
  let opened: unknown;
  try {
    opened = bus.payloads.open(incoming.message);
    if (opened instanceof Promise) opened = await opened;
  } catch (error) {
    throw error instanceof SyntaxError ? new UnreadableError(error) : error;
  }
  return message.schema.parse(opened);
}

/** Does to a message what the verdict says. */
export async function settle(
  incoming: Incoming,
  verdict: Verdict,
  toGiveUp: (reason: string) => Promise<void>,
): Promise<void> {
  switch (verdict.kind) {
    case 'ack':
      return incoming.ack();
    case 'retry':
      return incoming.nak(verdict.delayMs);
    case 'dead-letter':
      return toGiveUp(verdict.reason);
  }
}
