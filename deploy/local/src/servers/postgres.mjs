import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.mjs';
import { runSandboxed } from '../runtime/sandbox.mjs';
import { startServerProcess } from './running-server.mjs';
import { availableTo, writeLogLimit } from './storage.mjs';

/** Where FerretDB finds PostgreSQL, as both see it: a socket in the data folder, so no port is open to other users of the machine. */
export const POSTGRES_URL = 'postgres://postgres@/postgres?host=/data/socket';

const DEFAULT_MIN_WAL_KILOBYTES = 80 * 1024;

/**
 * Starts PostgreSQL with DocumentDB, the store behind the MongoDB protocol. Makes its database at the first start.
 *
 * @param {{ runtime: import('../runtime/sandbox.mjs').PrivateRuntime, dir: string, logFile: string }} options
 * @returns {Promise<import('../processes/child.mjs').Child>}
 */
export async function startPostgres({ runtime, dir, logFile }) {
  mkdirSync(join(dir, 'socket'), { recursive: true, mode: 0o700 });
  const isNew = !existsSync(join(dir, 'postgres'));
  if (isNew) initialise(runtime, dir);
  const logKilobytes = Math.floor(writeLogLimit(availableTo(dir)) / 1024);
  const settings = {
    listen_addresses: '',
    unix_socket_directories: '/data/socket',
    shared_preload_libraries: 'pg_cron,pg_documentdb_core,pg_documentdb',
    'cron.database_name': 'postgres',
    // Both of these connect to "localhost" by default, where nobody listens; DocumentDB then can't create
    // collections, and the cron jobs that build its indexes fail without a word to the client.
    'cron.host': '/data/socket',
    'documentdb.localhost_connection_string': 'host=/data/socket',
    max_connections: '200',
    max_wal_size: `${logKilobytes}kB`,
    // What it keeps for later use: all of it, on a small disk. PostgreSQL's default is 80 MB.
    min_wal_size: `${Math.min(logKilobytes, DEFAULT_MIN_WAL_KILOBYTES)}kB`,
  };
  const server = await startServerProcess({
    name: 'postgres',
    launch: { kind: 'runtime', runtime },
    dataDir: dir,
    argv: () => [
      'postgres',
      '-D',
      '/data/postgres',
      ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ],
    logFile,
    stopSignal: 'SIGINT', // "fast": ends sessions and closes the database; SIGTERM would wait for the clients
    ready: async () => runSandboxed(runtime, dir, ['pg_isready', '--quiet', '--host', '/data/socket']).ok,
  });
  if (isNew || !existsSync(join(dir, 'extension-created'))) await createExtension(runtime, dir, server);
  return server;
}

/**
 * A cluster is made beside and renamed, so that an interrupted first start leaves nothing half made.
 *
 * @param {import('../runtime/sandbox.mjs').PrivateRuntime} runtime
 * @param {string} dir
 */
function initialise(runtime, dir) {
  rmSync(join(dir, 'postgres.new'), { recursive: true, force: true });
  const options = ['-A', 'trust', '-U', 'postgres', '--locale=C.UTF-8', '-E', 'UTF8', '-D', '/data/postgres.new'];
  const made = runSandboxed(runtime, dir, ['initdb', ...options]);
  if (!made.ok) throw new Failure('PostgreSQL could not make its database folder.', made.output);
  renameSync(join(dir, 'postgres.new'), join(dir, 'postgres'));
}

/**
 * @param {import('../runtime/sandbox.mjs').PrivateRuntime} runtime
 * @param {string} dir
 * @param {import('../processes/child.mjs').Child} server
 */
async function createExtension(runtime, dir, server) {
  const sql = 'create extension if not exists documentdb cascade';
  const made = runSandboxed(runtime, dir, [
    'psql',
    '-q',
    '-h',
    '/data/socket',
    '-U',
    'postgres',
    '-v',
    'ON_ERROR_STOP=1',
    '-c',
    sql,
  ]);
  if (!made.ok) {
    await server.stop();
    throw new Failure('PostgreSQL could not load DocumentDB.', made.output);
  }
  runSandboxed(runtime, dir, ['touch', '/data/extension-created']);
}
