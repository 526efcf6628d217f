import { AuthorizationError, PermissionViolationError, type NatsConnection } from '@nats-io/transport-node';
import type { Logger } from './logger.js';
import { isRefusedCreation } from './refused-creation.js';

/** What happens to a connection; `refused`: a message that its user may not send. */
type ConnectionChange = { readonly type: 'lost' | 'back' } | { readonly type: 'refused'; readonly subject: string };

/** Follows a connection until it is closed, and writes into the log what NATS says of it, once each time that it is lost. */
export async function* connectionChanges(connection: NatsConnection, logger: Logger): AsyncGenerator<ConnectionChange> {
  let connected = true;
  let mayReport = true;
  for await (const status of connection.status()) {
    if (status.type === 'disconnect' && connected) {
      connected = false;
      logger.warn({ server: status.server }, 'NATS connection lost; reconnecting');
      yield { type: 'lost' };
    } else if (status.type === 'reconnect' && !connected) {
      // The client says so once more for each attempt that was refused before.
      connected = true;
      mayReport = true;
      logger.info({ server: status.server }, 'NATS connection is back');
      yield { type: 'back' };
    } else if (status.type === 'error') {
      const { error } = status;
      const isRefusal = error instanceof AuthorizationError;
      if (mayReport || !isRefusal) report(error, logger);
      mayReport &&= !isRefusal;
      if (error instanceof PermissionViolationError && error.operation === 'publish')
        yield { type: 'refused', subject: error.subject };
    }
  }
}

function report(error: Error, logger: Logger): void {
  const fields = { reason: String(error) };
  if (error instanceof AuthorizationError) {
    const cure = 'Give this process the password that NATS has for its user, and start it anew.';
    logger.error(fields, `NATS refuses the user or password of MILLRACE_NATS_URL; trying again. ${cure}`);
  } else {
    logger[isRefusedCreation(error) ? 'debug' : 'error'](fields, 'NATS reported an error');
  }
}
