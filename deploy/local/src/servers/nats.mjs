import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { anyFreePort } from '../ports.mjs';
import { writeConfiguration } from './configuration-file.mjs';
import { removeDamagedConsumers } from './damaged-consumers.mjs';
import { collectingFrom } from './memory.mjs';
import { natsAnswers } from './probe.mjs';
import { runServer, startServerProcess } from './running-server.mjs';
import { fileStoreLimit } from './storage.mjs';

/** Stands for the folder of its data in a configuration that is given. */
export const NATS_DATA = '<data>';

/**
 * @typedef {object} NatsOptions
 * @property {import('./running-server.mjs').Launch} launch
 * @property {string} dir           data, configuration and log; created if missing
 * @property {number} [port]        any free one by default
 * @property {number} [monitorPort] serves the monitoring pages on loopback; none by default
 * @property {string} [logFile]     `<dir>/nats.log` by default
 * @property {readonly NatsUser[]} [users] who may connect; anybody, without a password, by default
 * @property {string} [syncInterval] how often what was acknowledged is synced to disk (`1s`), or `always`: before it is; two minutes by default
 * @property {number} [storeBytes] what all streams may hold; a share of the free disk by default
 * @property {GivenConfiguration} [given] instead of one of our own
 */

/**
 * A configuration that somebody else has written, to try it. Its files lie beside each other; `nats.conf` listens on `options.port`.
 *
 * @typedef {{ files: Record<string, string>, env: Record<string, string> }} GivenConfiguration
 */

/**
 * A user as NATS's configuration has it. Without permissions there are no limits.
 *
 * @typedef {object} NatsUser
 * @property {string} user
 * @property {string} password
 * @property {{ publish: { allow: readonly string[] }, subscribe: { allow: readonly string[] } }} [permissions]
 */

/**
 * Starts a NATS server with JetStream on loopback, file store in `dir`.
 *
 * @param {NatsOptions} options
 * @returns {Promise<import('./running-server.mjs').RunningServer>}
 */
export async function startNats(options) {
  const { launch, dir } = options;
  const port = options.port ?? (await anyFreePort());
  const url = `nats://127.0.0.1:${port}`;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const seenDir = launch.kind === 'runtime' ? '/data' : dir;
  const ourOwn = () =>
    configuration({
      port,
      monitorPort: options.monitorPort,
      dataDir: seenDir,
      maxBytes: options.storeBytes ?? fileStoreLimit(dir),
      users: options.users,
      syncInterval: options.syncInterval,
    });
  const start = () => {
    removeDamagedConsumers(dir);
    for (const [name, text] of Object.entries(options.given?.files ?? { 'nats.conf': ourOwn() })) {
      writeConfiguration(dir, name, text.replaceAll(NATS_DATA, seenDir));
    }
    return startServerProcess({
      name: 'nats',
      port,
      launch,
      dataDir: dir,
      env: { GOMEMLIMIT: `${collectingFrom()}B`, ...options.given?.env },
      argv: (data) => ['nats-server', '--config', `${data}/nats.conf`],
      logFile: options.logFile ?? join(dir, 'nats.log'),
      ready: () => natsAnswers(url),
    });
  };
  return runServer({ url, port, start: async () => [await start()] });
}

/** @param {{ port: number, monitorPort?: number, dataDir: string, maxBytes: number, users?: readonly NatsUser[], syncInterval?: string }} settings */
function configuration({ port, monitorPort, dataDir, maxBytes, users, syncInterval }) {
  const sync = syncInterval === undefined ? '' : `, sync_interval: ${JSON.stringify(syncInterval)}`;
  return [
    '# Written at every start; changes made here are lost.',
    `listen: "127.0.0.1:${port}"`,
    ...(monitorPort === undefined ? [] : [`http: "127.0.0.1:${monitorPort}"`]),
    'server_name: millrace-local',
    `jetstream { store_dir: ${JSON.stringify(dataDir)}, max_file_store: ${maxBytes}${sync} }`,
    // One account, the default one, for all: a store made before there were users stays readable. JSON is valid here.
    ...(users === undefined ? [] : [`authorization: ${JSON.stringify({ users })}`]),
    '',
  ].join('\n');
}
