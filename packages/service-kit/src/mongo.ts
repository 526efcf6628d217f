import { setTimeout as sleep } from 'node:timers/promises';
import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { AppError } from '@millrace/contracts';
import { withDeadline } from '@millrace/messaging';
import mongoose, { type Connection, type ConnectOptions } from 'mongoose';
import { LOGGER } from './app.js';
import type { HealthCheck } from './health.js';
import type { Logger } from './logging.js';
import { isUnreachable } from './mongo-failures.js';

/** How long an operation waits for a reachable server before it fails. */
const SERVER_SELECTION_TIMEOUT_MS = 5_000;

/** Longest a command of a request may take: a server that hangs must not hold it until its caller gives up. */
const COMMAND_TIMEOUT_MS = 4_000;

/**
 * How often the driver looks at its server. Commands are refused while it takes the server for gone, so nothing but the next
 * look brings back a connection that broke: the driver's own ten seconds would be ten seconds of refusals.
 */
const HEARTBEAT_MS = 1_000;

const RETRY_MS = 1_000;

/** What a connection is opened with, the first time and every time after. */
function connectOptions(database: string): ConnectOptions {
  return {
    dbName: database,
    serverSelectionTimeoutMS: SERVER_SELECTION_TIMEOUT_MS,
    connectTimeoutMS: SERVER_SELECTION_TIMEOUT_MS,
    heartbeatFrequencyMS: HEARTBEAT_MS,
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

/** A ping, for /health/ready. */
export function mongoCheck(connection: Connection): HealthCheck {
  return async () => {
    if (connection.readyState !== mongoose.ConnectionStates.connected || !connection.db)
      return { up: false, detail: 'not connected' };
    await connection.db.command({ ping: 1 });
    return { up: true };
  };
}

/** Where a service's collections are. */
export interface MongoOptions {
  readonly url: string;
  readonly database: string;
}

/** A service's connection to MongoDB, which may be down at any time, from the start on. */
export class Database {
  readonly connection: Connection;
  #reachable = false;

  /** Begins to connect, and does not wait for it. */
  constructor(private readonly options: MongoOptions & { readonly logger: Logger }) {
    this.connection = openMongo(options);
    this.connection.on('connected', () => (this.#reachable = true));
    for (const event of ['disconnected', 'close']) this.connection.on(event, () => (this.#reachable = false));
  }

  /**
   * False while there is no connection: nobody need wait for a time-out to know. Not mongoose's `readyState`, which takes a
   * server whose last look is two seconds old for gone, however busy either side was.
   */
  get reachable(): boolean {
    return this.#reachable;
  }

  /**
   * Resolves once the first connection has been made, however long that takes, or when `signal` is aborted. To be called
   * once by every service: a connection comes back by itself only after it has been there once.
   */
  async waitUntilConnected(signal?: AbortSignal): Promise<void> {
    while (!signal?.aborted) {
      try {
        await this.connection.asPromise();
        return;
      } catch (error) {
        if (signal?.aborted) return;
        this.options.logger.warn({ err: error }, 'MongoDB is not reachable; trying again');
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
        if (!signal?.aborted)
          void this.connection.openUri(this.options.url, connectOptions(this.options.database)).catch(() => undefined);
      }
    }
  }

  /**
   * Runs one command of a request. Throws SERVICE_UNAVAILABLE at once while the server is away, and when it does not
   * respond in time; a write may then have happened or not, so it must be one that can be repeated or is repaired later.
   */
  async run<Result>(command: () => Promise<Result>): Promise<Result> {
    if (!this.reachable) throw unavailable('The database is not connected');
    try {
      return await withDeadline(command(), COMMAND_TIMEOUT_MS, () => {
        throw unavailable(`The database did not respond within ${COMMAND_TIMEOUT_MS} ms`);
      });
    } catch (error) {
      if (isUnreachable(error)) throw unavailable('The database is not reachable', error);
      throw error;
    }
  }
}

/** Provides the service's {@link Database} everywhere in it, and closes it when the service has stopped. */
@Module({})
export class MongoModule implements OnApplicationShutdown {
  constructor(private readonly database: Database) {}

  static forRoot(options: MongoOptions): DynamicModule {
    const database = {
      provide: Database,
      inject: [LOGGER],
      useFactory: (logger: Logger) => new Database({ ...options, logger }),
    };
    return { module: MongoModule, global: true, providers: [database], exports: [Database] };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.database.connection.close();
  }
}

function unavailable(message: string, cause?: unknown): AppError {
  return new AppError('SERVICE_UNAVAILABLE', { message, details: { service: 'mongodb' }, cause });
}
