import { AppError } from '@millrace/contracts';
import type { Logger } from '@millrace/service-kit/logging';
import { openMongo, waitForMongo } from '@millrace/service-kit/mongo';

const CONNECTED = 1;

/** Longest a command may take; a server that hangs must not hold a request until its caller gives up. */
const COMMAND_TIMEOUT_MS = 4_000;

/** The one way to MongoDB: fails at once while it is away, and tells that failure as SERVICE_UNAVAILABLE. */
export class Database {
  readonly connection: ReturnType<typeof openMongo>;

  /** Begins to connect, and does not wait for it. */
  constructor(private readonly options: { url: string; database: string; logger: Logger }) {
    this.connection = openMongo(options);
  }

  /** Resolves once the first connection stands, however long that takes, or when `signal` is aborted. */
  async waitUntilConnected(signal: AbortSignal): Promise<void> {
    await waitForMongo(this.connection, { ...this.options, signal }).catch(() => undefined);
  }

  /**
   * Runs one command. Throws SERVICE_UNAVAILABLE when the server is away or does not answer in time; a write may then
   * have happened or not, which is why every write here can be repeated or is repaired by the sweeper.
   */
  async run<Result>(command: () => Promise<Result>): Promise<Result> {
    // Mongoose's enum, by value: its package is for repositories and schemas only.
    if (Number(this.connection.readyState) !== CONNECTED) throw unavailable('The database is not connected');
    let timer: NodeJS.Timeout | undefined;
    try {
      return await Promise.race([
        command(),
        new Promise<never>((_resolve, reject) => {
          timer = setTimeout(
            () => reject(unavailable(`The database did not answer within ${COMMAND_TIMEOUT_MS} ms`)),
            COMMAND_TIMEOUT_MS,
          );
        }),
      ]);
    } catch (error) {
      if (isConnectionFailure(error)) throw unavailable('The database is not reachable', error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** True when a unique index refused a write. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 11000;
}

function unavailable(message: string, cause?: unknown): AppError {
  return new AppError('SERVICE_UNAVAILABLE', { message, details: { service: 'mongodb' }, cause });
}

/** Errors of the driver that tell about the way to the server, not about the command. */
const CONNECTION_FAILURES =
  /^Mongo(ServerSelection|Network|NetworkTimeout|NotConnected|TopologyClosed|PoolCleared|PoolClosed|WaitQueueTimeout|ClientClosed|OperationTimeout)Error$/;

/** Codes of a replica set that has no primary or is shutting down, and of sockets: the driver lets some of those through as they are. */
const CONNECTION_CODES: ReadonlySet<unknown> = new Set([
  ...[89, 91, 189, 10107, 11600, 11602, 13435, 13436],
  ...['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
]);

function isConnectionFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (CONNECTION_FAILURES.test(error.name) || ('code' in error && CONNECTION_CODES.has(error.code))) return true;
  // A bulk write wraps what stopped it.
  return 'errorResponse' in error && isConnectionFailure(error.errorResponse);
}
