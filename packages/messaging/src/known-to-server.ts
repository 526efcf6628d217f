import { setTimeout as sleep } from 'node:timers/promises';
import { ClosedConnectionError, type NatsConnection } from '@nats-io/transport-node';
import { isOutage } from './nats-failures.js';

/** The client needs about as long to connect again. */
const RETRY_MS = 250;

/**
 * Resolves when the server has the subscriptions that were made before. A connection that is lost meanwhile is waited for, as long as that takes: the
 * client makes them again once it is back. Rejects when it is closed.
 */
export async function knownToServer(connection: Pick<NatsConnection, 'closed' | 'flush' | 'isClosed'>): Promise<void> {
  // The client forgets a flush that it could not send yet.
  const closed = connection.closed().then(() => Promise.reject(new ClosedConnectionError()));
  for (;;) {
    try {
      return await Promise.race([connection.flush(), closed]);
    } catch (error) {
      if (connection.isClosed() || !isOutage(error)) throw error;
      await sleep(RETRY_MS);
    }
  }
}
