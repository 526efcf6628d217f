import type { NatsBus } from '../nats-bus.js';
import { HEADERS, headerText, newHeaders } from '../wire.js';
import type { Incoming } from './incoming.js';

/**
 * Publishes a message to `dlq.<stream>.<subject>` as it came, with the reason, and then terminates it. If the dead letter
 * cannot be stored, the message is delivered again instead (and after its last delivery stays in its stream, with an
 * entry in ADVISORIES): it is never dropped.
 */
export async function deadLetter(bus: NatsBus, incoming: Incoming, reason: string): Promise<void> {
  const { logger } = bus.internals;
  const { stream, consumer, sequence, deliveryCount } = incoming.info;
  const { subject, data, headers: original } = incoming.message;
  const line = headerText(reason);
  const fields = { stream, consumer, subject, sequence, deliveries: deliveryCount, reason: line };

  const headers = newHeaders();
  for (const name of original?.keys() ?? []) {
    // Headers of the server steer it: a message id or expected sequence must not apply to the copy.
    if (!name.startsWith('Nats-')) headers.set(name, original?.get(name) ?? '');
  }
  headers.set(HEADERS.reason, line);
  headers.set(HEADERS.originStream, stream);
  headers.set(HEADERS.originSubject, subject);
  headers.set(HEADERS.originSequence, String(sequence));
  headers.set(HEADERS.originConsumer, consumer);
  headers.set(HEADERS.deliveries, String(deliveryCount));
  const parcel = { data, objectName: undefined };
  try {
    await bus.publisher.send(
      `dlq.${stream}.${subject}`,
      'DLQ',
      parcel,
      { messageId: `${stream}:${consumer}:${sequence}` },
      headers,
    );
  } catch (error) {
    logger.error({ ...fields, cause: String(error) }, 'A dead letter could not be stored; its message stays');
    incoming.nak(5_000);
    return;
  }
  logger.error(fields, 'A message was given up and is now a dead letter');
  incoming.term(line);
}
