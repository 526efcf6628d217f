import { join } from 'node:path';
import { anyFreePort } from '../ports.mjs';
import { redisAnswers } from './probe.mjs';
import { runServer, startServerProcess } from './running-server.mjs';

/**
 * @typedef {object} RedisOptions
 * @property {import('./running-server.mjs').Launch} launch
 * @property {string} dir       data and log; created if missing
 * @property {number} [port]    any free one by default
 * @property {string} [logFile] `<dir>/redis.log` by default
 */

/**
 * Starts a Redis on loopback that appends every write to a file in `dir`.
 *
 * @param {RedisOptions} options
 * @returns {Promise<import('./running-server.mjs').RunningServer>}
 */
export async function startRedis(options) {
  const port = options.port ?? (await anyFreePort());
  const url = `redis://127.0.0.1:${port}`;
  const start = () =>
    startServerProcess({
      name: 'redis',
      port,
      launch: options.launch,
      dataDir: options.dir,
      argv: (data) => [
        'redis-server',
        ...['--bind', '127.0.0.1', '--port', String(port), '--dir', data],
        ...['--appendonly', 'yes', '--save', '', '--daemonize', 'no', '--maxmemory-policy', 'noeviction'],
      ],
      logFile: options.logFile ?? join(options.dir, 'redis.log'),
      ready: () => redisAnswers(url),
    });
  return runServer({ url, port, start: async () => [await start()] });
}
