import mongoose, { type Connection, type ConnectOptions } from 'mongoose';
import type { HealthCheck } from './health.js';
import type { Logger } from './logging.js';

/** How long an operation waits for a reachable server before it fails. */
const SERVER_SELECTION_TIMEOUT_MS = 5_000;

/** What a connection is opened with, the first time and every time after. */
function connectOptions(database: string): ConnectOptions {
  return {
    dbName: database,
    serverSelectionTimeoutMS: SERVER_SELECTION_TIMEOUT_MS,
    connectTimeoutMS: SERVER_SELECTION_TIMEOUT_MS,
    maxPoolSize: 10,
    autoIndex: false,
    autoCreate: false,
    // Mongoose would queue commands without a bound while there is no connection.
    bufferCommands: false,
    // Needs a replica set; every write here can be repeated safely.
    retryWrites: false,
  };
}

/**
 * Opens a connection that comes back by itself. Does not wait for the server: a service must be able to start, and to
 * say what is missing at /health/ready, while its database is away. Commands fail after five seconds without a server.
 */
export function openMongo(options: { url: string; database: string; logger: Logger }): Connection {
  const connection = mongoose.createConnection(options.url, connectOptions(options.database));
  connection.on('error', (error: Error) => options.logger.warn({ err: error }, 'MongoDB connection error'));
  connection.on('disconnected', () => options.logger.warn('MongoDB is disconnected'));
  connection.on('reconnected', () => options.logger.info('MongoDB is connected again'));
  return connection;
}

/** Waits until the first connection is open, trying for ever; logs each failure. `signal` ends the wait. */
export async function waitForMongo(
  connection: Connection,
  options: { url: string; database: string; logger: Logger; signal?: AbortSignal },
): Promise<void> {
  for (;;) {
    try {
      await connection.asPromise();
      return;
    } catch (error) {
      if (options.signal?.aborted) throw error;
      options.logger.warn({ err: error }, 'MongoDB is not reachable; trying again');
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      if (options.signal?.aborted) throw error;
      void connection.openUri(options.url, connectOptions(options.database)).catch(() => undefined);
    }
  }
}

/** A ping, for /health/ready. */
export function mongoCheck(connection: Connection): HealthCheck {
  return async () => {
    if (connection.readyState !== mongoose.ConnectionStates.connected || !connection.db)
      return { up: false, detail: 'not connected' };
    await connection.db.command({ ping: 1 });
    return { up: true };
  };
}
