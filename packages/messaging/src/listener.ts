import type { MessageDefinition } from '@millrace/contracts';
import type { NatsConnection } from '@nats-io/transport-node';
import { knownToServer } from './known-to-server.js';
import { headerOf, SERVER_HEADERS } from './wire.js';

/** Who gets messages as they are published. */
export interface Listener {
  /** Called with the id of each message (`messageId` of its definition), perhaps several times with the same one. */
  readonly heard: (messageId: string) => void;
  /** Called when the connection is back: what was published meanwhile has not been heard. */
  readonly missed: () => void;
}

/** Begins to listen; resolves when the server knows, however long that takes, with the function that ends it. Rejects when the connection is closed. */
export async function listen(
  connection: NatsConnection,
  { pattern }: Pick<MessageDefinition<never, never>, 'pattern'>,
  heard: Listener['heard'],
): Promise<() => void> {
  const subscription = connection.subscribe(pattern, {
    callback: (error, message) => {
      // A refusal of the subscription comes here too; the connection reports it.
      const id = error ? undefined : headerOf(message, SERVER_HEADERS.messageId);
      if (id !== undefined) heard(id);
    },
  });
  await knownToServer(connection);
  return () => subscription.unsubscribe();
}
