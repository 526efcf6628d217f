import type { NatsBus } from '../nats-bus.js';
import { continued } from '../tracing.js';
import { runHandler, type NestHandler, type Overflow } from './delivery.js';
import type { Incoming } from './incoming.js';
import { readPayload, type AnyMessage } from './one-message.js';

/** Has a message kept elsewhere, and takes it from the queue; where that fails it goes back to the server. */
export async function putOff(
  bus: NatsBus,
  message: AnyMessage,
  incoming: Incoming,
  handler: NestHandler,
  overflow: Overflow,
): Promise<void> {
  const { info, message: raw } = incoming;
  try {
    const payload = await readPayload(bus, message, incoming);
    await continued(`put off ${message.name}`, 'consumer', raw, () => runHandler(handler, payload, overflow));
  } catch (error) {
    const fields = { stream: info.stream, consumer: info.consumer, subject: raw.subject, sequence: info.sequence };
    bus.internals.logger.warn({ ...fields, err: error }, 'A message could not be put off; it stays in its queue');
    return incoming.nak(overflow.delayMs);
  }
  await incoming.ack();
}
