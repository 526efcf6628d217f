// What integration tests use: `@millrace/local/servers`.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Failure } from './failure.mjs';
import { readJson } from './json-file.mjs';
import { homePaths, resolveHome } from './paths.mjs';
import { findRuntime } from './runtime/private-runtime.mjs';
import { chooseSources } from './servers/discovery.mjs';
import { startDovecot } from './servers/dovecot.mjs';
import { startMongo } from './servers/mongo.mjs';
import { startNats } from './servers/nats.mjs';
import { startRedis } from './servers/redis.mjs';

/** @typedef {import('./servers/running-server.mjs').RunningServer} RunningServer */
/** @typedef {import('./servers/running-server.mjs').Launch} Launch */

/**
 * What `npm test` hands the integration tests, in the file named by `MILLRACE_TEST_ENDPOINTS`.
 *
 * @typedef {object} TestEndpoints
 * @property {Launch | null} nats_launch    how to start a NATS server; null when only a URL or Docker is there
 * @property {Launch | null} redis_launch
 * @property {Launch | null} mongodb_launch
 * @property {Launch | null} dovecot_launch
 * @property {string} redis_url             shared by all tests: use keys of your own
 * @property {string} mongodb_url           shared by all tests: use a database of your own and drop it
 */

/**
 * @typedef {object} StartOptions
 * @property {string} [dir]  data; a temporary folder by default, which goes at stop()
 * @property {number} [port] any free one by default
 * @property {number} [monitorPort] of NATS: serves its monitoring pages; none by default
 * @property {readonly import('./servers/nats.mjs').NatsUser[]} [users] of NATS: who may connect; anybody by default
 * @property {import('./servers/nats.mjs').GivenConfiguration} [given] of NATS: a configuration to try
 * @property {number} [storeBytes] of NATS: what all streams may hold; a share of the free disk by default
 */

/**
 * Servers for tests: private ones that may be killed, and shared ones that may not.
 *
 * @typedef {object} TestServers
 * @property {(options?: StartOptions) => Promise<RunningServer>} startNats  about 40 ms
 * @property {(options?: StartOptions) => Promise<RunningServer>} startRedis about 50 ms
 * @property {(options?: StartOptions) => Promise<import('./servers/mongo.mjs').RunningMongo>} startMongo about 1 s in a new folder, 0.3 s in an old one
 * @property {() => Promise<import('./servers/dovecot.mjs').RunningDovecot>} startDovecot about 0.4 s, in a temporary folder
 * @property {() => Promise<SharedServer>} sharedRedis
 * @property {() => Promise<SharedServer>} sharedMongo
 */

/** @typedef {Pick<TestEndpoints, 'nats_launch' | 'redis_launch' | 'mongodb_launch' | 'dovecot_launch'>} Launches */

/** @typedef {{ url: string, stop: () => Promise<void> }} SharedServer stop() ends it only if it was started for this caller */

/**
 * The servers that tests may use: those that `npm test` names, else what this machine has. Never installs or builds anything.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {TestServers}
 * @throws {Failure} when there is nothing to start servers with, with the command that makes it
 */
export function openTestServers(env) {
  const told = env.MILLRACE_TEST_ENDPOINTS
    ? /** @type {TestEndpoints | undefined} */ (readJson(env.MILLRACE_TEST_ENDPOINTS))
    : undefined;
  if (env.MILLRACE_TEST_ENDPOINTS && !told)
    throw new Failure(`MILLRACE_TEST_ENDPOINTS names ${env.MILLRACE_TEST_ENDPOINTS}, which is no JSON file.`);
  const launches = told ?? findLaunches(env);

  /**
   * @param {(options: StartOptions & { launch: Launch, dir: string }) => Promise<RunningServer>} start
   * @param {Launch | null} launch
   * @param {string} name
   * @returns {(options?: StartOptions) => Promise<RunningServer>}
   */
  const starter = (start, launch, name) => async (options) => {
    if (!launch)
      throw new Failure(
        `Tests that start a ${name} of their own need its program or the private runtime.`,
        'node deploy/local/runtime.mjs makes the runtime.',
      );
    const dir = options?.dir ?? mkdtempSync(join(tmpdir(), `millrace-${name}-`));
    const server = await start({ ...options, launch, dir });
    if (options?.dir) return server;
    const endServer = server.stop;
    const stop = async () => {
      await endServer();
      rmSync(dir, { recursive: true, force: true });
    };
    return Object.defineProperty(server, 'stop', { value: stop });
  };
  const dovecotStarter = starter(
    ({ launch, ...options }) => {
      if (launch.kind !== 'runtime') throw new Failure('Dovecot runs in the private runtime only.');
      return startDovecot({ ...options, runtime: launch.runtime });
    },
    launches.dovecot_launch,
    'dovecot',
  );
  const natsStarter = starter(startNats, launches.nats_launch, 'nats');
  const redisStarter = starter(startRedis, launches.redis_launch, 'redis');
  const mongoStarter = starter(startMongo, launches.mongodb_launch, 'mongodb');
  const shared =
    (/** @type {string | undefined} */ url, /** @type {() => Promise<RunningServer>} */ start) => async () =>
      url ? { url, stop: async () => {} } : start();
  return {
    startNats: natsStarter,
    startRedis: redisStarter,
    startMongo: /** @type {TestServers['startMongo']} */ (mongoStarter),
    startDovecot: /** @type {TestServers['startDovecot']} */ (dovecotStarter),
    sharedRedis: shared(launches.redis_url, redisStarter),
    sharedMongo: shared(launches.mongodb_url, mongoStarter),
  };
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Partial<TestEndpoints> & Launches}
 */
function findLaunches(env) {
  const repoRoot = findRepoRoot(process.cwd());
  const options = {
    runtimeDir: homePaths(resolveHome(repoRoot, env), env).runtime,
    ferretdbDir: join(repoRoot, 'deploy', 'local', 'ferretdb'),
    env,
  };
  const sources = chooseSources({ ...options, existingOnly: true });
  return {
    ...launchesOf(sources, findRuntime(options)),
    redis_url: urlOf(sources.redis),
    mongodb_url: urlOf(sources.mongodb),
  };
}

/**
 * How each server is started here; null for one that is only reached by URL or run by Docker.
 *
 * @param {import('./servers/discovery.mjs').ServerSources} sources
 * @param {import('./runtime/sandbox.mjs').PrivateRuntime | undefined} runtime
 * @returns {Launches}
 */
export function launchesOf(sources, runtime) {
  /** @param {import('./servers/discovery.mjs').ServerSource} source @returns {Launch | null} */
  const launch = (source) => {
    if (source.from === 'path') return { kind: 'program', path: source.path };
    // A server given by URL may still be started privately when the runtime is there.
    return runtime && source.from !== 'docker' ? { kind: 'runtime', runtime } : null;
  };
  return {
    nats_launch: launch(sources.nats),
    redis_launch: launch(sources.redis),
    mongodb_launch: launch(sources.mongodb),
    dovecot_launch: runtime ? { kind: 'runtime', runtime } : null,
  };
}

/** @param {import('./servers/discovery.mjs').ServerSource} source */
function urlOf(source) {
  return source.from === 'url' ? source.url : undefined;
}

/** @param {string} from */
function findRepoRoot(from) {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'pnpm-workspace.yaml'))) return folder;
  }
  throw new Failure(`${from} is not in the repository.`);
}
