import { join } from 'node:path';
import { Failure } from '../failure.mjs';
import { anyFreePort } from '../ports.mjs';
import { POSTGRES_URL, startPostgres } from './postgres.mjs';
import { mongoAnswers } from './probe.mjs';
import { runServer, startServerProcess } from './running-server.mjs';

/**
 * @typedef {object} MongoOptions
 * @property {import('./running-server.mjs').Launch} launch a `mongod` of this machine, or the private runtime (FerretDB on PostgreSQL with DocumentDB)
 * @property {string} dir       data (each kind of server in a folder of its own below) and logs; created if missing
 * @property {number} [port]    any free one by default
 * @property {string} [logDir]  `dir` by default
 */

/**
 * A server of the MongoDB protocol. `pid` is the program clients talk to; behind FerretDB a second one holds the data.
 *
 * @typedef {import('./running-server.mjs').RunningServer & { backend: () => { name: string, pid: number } | undefined }} RunningMongo
 */

/**
 * Starts a MongoDB-compatible server on loopback, without authentication.
 *
 * @param {MongoOptions} options
 * @returns {Promise<RunningMongo>}
 */
export async function startMongo(options) {
  const port = options.port ?? (await anyFreePort());
  const url = `mongodb://127.0.0.1:${port}`;
  const logDir = options.logDir ?? options.dir;
  const { launch } = options;
  const start = launch.kind === 'runtime' ? () => ferretdb(launch.runtime) : mongod;
  const server = await runServer({ url, port, start });
  const backend = () => {
    const [first, second] = server.children();
    return first && second ? { name: first.name, pid: first.pid } : undefined;
  };
  return Object.defineProperties(/** @type {RunningMongo} */ ({}), {
    ...Object.getOwnPropertyDescriptors(server),
    backend: { value: backend, enumerable: true },
  });

  async function mongod() {
    const argv = (/** @type {string} */ data) => [
      'mongod',
      '--dbpath',
      data,
      '--bind_ip',
      '127.0.0.1',
      '--port',
      String(port),
    ];
    const process = {
      name: 'mongodb',
      port,
      launch,
      dataDir: join(options.dir, 'mongod'),
      argv,
      logFile: join(logDir, 'mongodb.log'),
    };
    return [await startServerProcess({ ...process, ready: () => mongoAnswers(url) })];
  }

  /** @param {import('../runtime/sandbox.mjs').PrivateRuntime} runtime */
  async function ferretdb(runtime) {
    const dir = join(options.dir, 'documentdb');
    const postgres = await startPostgres({ runtime, dir, logFile: join(logDir, 'postgres.log') });
    const argv = () => [
      '/opt/millrace/ferretdb',
      ...['-listen', `127.0.0.1:${port}`, '-postgresql-url', POSTGRES_URL, '-state-dir', '/data'],
    ];
    const process = { name: 'ferretdb', port, launch, dataDir: dir, argv, logFile: join(logDir, 'ferretdb.log') };
    try {
      return [postgres, await startServerProcess({ ...process, ready: () => mongoAnswers(url) })];
    } catch (error) {
      await postgres.stop();
      throw error instanceof Failure ? error : new Failure(`FerretDB did not start: ${String(error)}`);
    }
  }
}
