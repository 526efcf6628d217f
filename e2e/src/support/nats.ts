import { connect, type NatsConnection } from '@nats-io/transport-node';
import { readEndpoints } from './platform.js';

/** A connection to the platform's NATS server as the user who may do everything. */
export async function natsConnection(): Promise<NatsConnection> {
  const { hostname, port, username: user, password: pass } = new URL(readEndpoints().servers.nats.url ?? '');
  return connect({ servers: `${hostname}:${port}`, user, pass });
}
