import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { anyFreePort } from '../ports.mjs';
import { writeConfiguration } from './configuration-file.mjs';
import { redisAnswers } from './probe.mjs';
import { runServer, startServerProcess } from './running-server.mjs';

/**
 * @typedef {object} RedisOptions
 * @property {import('./running-server.mjs').Launch} launch
 * @property {string} dir       data and log; created if missing
 * @property {number} [port]    any free one by default
 * @property {string} [logFile] `<dir>/redis.log` by default
 * @property {string} [password] none by default
 */

/**
 * Starts a Redis on loopback that appends every write to a file in `dir`.
 *
 * @param {RedisOptions} options
 * @returns {Promise<import('./running-server.mjs').RunningServer>}
 */
export async function startRedis(options) {
  const port = options.port ?? (await anyFreePort());
  const { dir, password } = options;
  const url = `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`;
  // In a file: arguments can be read by all users of the machine.
  writeConfiguration(dir, 'redis.conf', password === undefined ? '' : `requirepass ${password}\n`);
  const logFile = options.logFile ?? join(dir, 'redis.log');
  const launch = () =>
    startServerProcess({
      name: 'redis',
      port,
      launch: options.launch,
      dataDir: dir,
      argv: (data) => [
        'redis-server',
        `${data}/redis.conf`,
        ...['--bind', '127.0.0.1', '--port', String(port), '--dir', data],
        ...['--appendonly', 'yes', '--save', '', '--daemonize', 'no', '--maxmemory-policy', 'noeviction'],
      ],
      logFile,
      ready: () => redisAnswers(url),
    });
  const start = () =>
    launch().catch((/** @type {unknown} */ error) => {
      if (!setDamagedAside(dir, logFile)) throw error;
      return launch();
    });
  return runServer({ url, port, start: async () => [await start()] });
}

/** What Redis says of a file whose end a loss of power has left as zeros; it takes only an end that is missing. */
const DAMAGED = 'Bad file format reading the append only file';

/**
 * Puts a damaged file beside, so that Redis begins with nothing: it only has what is counted, and nothing that may not be lost.
 *
 * @param {string} dir
 * @param {string} logFile
 * @returns {boolean} whether that was it
 */
function setDamagedAside(dir, logFile) {
  const file = join(dir, 'appendonlydir');
  if (!existsSync(file) || !readFileSync(logFile, 'utf8').slice(-4_000).includes(DAMAGED)) return false;
  rmSync(`${file}.damaged`, { recursive: true, force: true });
  renameSync(file, `${file}.damaged`);
  return true;
}
