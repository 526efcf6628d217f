import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, describeFailure } from '../failure.mjs';
import { createSupervisor } from '../processes/supervisor.mjs';
import { rotateLog } from '../processes/log-file.mjs';
import { writeEndpoints } from './endpoints.mjs';
import { takeHome } from './ownership.mjs';
import { choosePorts } from './platform-ports.mjs';
import { devToken } from './secrets.mjs';
import { serverUnits } from './server-units.mjs';
import { startService } from './service.mjs';

/**
 * @typedef {object} PlatformOptions
 * @property {string} repoRoot
 * @property {import('../paths.mjs').HomePaths} paths
 * @property {NodeJS.ProcessEnv} env
 * @property {readonly import('./services.mjs').ServiceDefinition[]} services
 * @property {import('../servers/discovery.mjs').ServerSources} sources
 * @property {() => Promise<import('../runtime/sandbox.mjs').PrivateRuntime | undefined>} runtime
 * @property {() => Promise<void>} prepared resolves when the services are installed and built
 * @property {import('../progress.mjs').Progress} progress
 */

/**
 * The platform while it is up.
 *
 * @typedef {object} Platform
 * @property {import('./endpoints.mjs').Endpoints} endpoints as they were when all was ready
 * @property {string[]} notes          what the user should know about ports and servers
 */

/**
 * Brings everything up: servers first, then the services, and keeps it up.
 *
 * @param {PlatformOptions} options
 * @returns {{ ready: Promise<Platform>, stop: () => Promise<void>, kill: () => Promise<void> }} `stop` may be called at any time
 */
export function startPlatform(options) {
  const { paths, progress } = options;
  for (const folder of [paths.home, paths.data, paths.logs]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const home = takeHome(paths);
  /** @type {() => void} */
  let publish = () => {};
  const supervisor = createSupervisor({
    log: (line) => progress.note(`${new Date().toISOString()} ${line}`),
    onChange: () => publish(),
  });
  let stopping = false;

  const stop = async () => {
    if (!stopping) home.update('stopping', []);
    stopping = true;
    publish = () => {};
    await supervisor.stopAll();
    home.release();
  };
  const bringUp = async () => {
    const { ports, notes } = await choosePorts({
      paths,
      env: options.env,
      services: options.services.map((service) => service.name),
    });
    // The slow first steps side by side; nothing is started before all that is needed is there.
    const [runtime] = await both(options.runtime(), options.prepared(), progress.note);
    for (const { name } of options.services) requireBuilt(options.repoRoot, name);
    const composeFile = join(options.repoRoot, 'deploy', 'compose.yaml');
    const servers = await serverUnits({ paths, sources: options.sources, runtime, ports: ports.servers, composeFile });
    await progress.track('servers', (say) => (say('starting'), supervisor.startGroup(servers.units)));

    const publicUrl = `http://localhost:${ports.public}`;
    const token = devToken(paths.secrets);
    const settings = {
      natsUrl: servers.urls.nats,
      mongodbUrl: servers.urls.mongodb,
      redisUrl: servers.urls.redis,
      publicPort: ports.public,
      publicUrl,
      devToken: token,
      realRateLimits: options.env.MILLRACE_RATE_LIMITS === 'real',
    };
    const startedAt = new Date().toISOString();
    const currentEndpoints = () => {
      const pidOf = (/** @type {string} */ name) => supervisor.statusOf(name).pid || null;
      const mongodb = /** @type {Partial<import('../servers/mongo.mjs').RunningMongo> | undefined} */ (
        supervisor.statusOf('mongodb').running
      );
      return {
        api_url: `${publicUrl}/v1`,
        webhook_url: `${publicUrl}/v1/webhooks`,
        token,
        servers: {
          nats: { url: servers.urls.nats, pid: pidOf('nats') },
          redis: { url: servers.urls.redis, pid: pidOf('redis') },
          mongodb: { url: servers.urls.mongodb, pid: pidOf('mongodb'), backend: mongodb?.backend?.() },
        },
        services: Object.fromEntries(
          options.services.map(({ name }) => [
            name,
            {
              pid: pidOf(name),
              port: name === 'gateway' ? ports.public : null,
              health_url: `http://127.0.0.1:${ports.health[name]}`,
              restarts: supervisor.statusOf(name).restarts,
            },
          ]),
        ),
        supervisor_pid: process.pid,
        started_at: startedAt,
      };
    };
    const units = options.services.map((service) => ({
      name: service.name,
      start: (/** @type {AbortSignal} */ stopAsked) => {
        const logFile = join(paths.logs, `${service.name}.log`);
        rotateLog(logFile);
        return startService(
          {
            name: service.name,
            entry: entryOf(options.repoRoot, service.name),
            cwd: options.repoRoot,
            logFile,
            healthUrl: `http://127.0.0.1:${ports.health[service.name]}`,
            env: {
              MILLRACE_LOG_LEVEL: 'info',
              ...options.env,
              NODE_ENV: 'production',
              MILLRACE_NATS_URL: settings.natsUrl,
              ...(options.sources.nats.from === 'url' || options.sources.nats.from === 'docker'
                ? {}
                : { MILLRACE_NATS_MONITOR_URL: `http://127.0.0.1:${ports.servers.natsMonitor}` }),
              MILLRACE_DATA_DIRS: [paths.natsData, paths.mongodbData].join(','),
              MILLRACE_HEALTH_PORT: String(ports.health[service.name]),
              ...withUserLimits(service.env(settings), options.env),
            },
          },
          stopAsked,
        );
      },
    }));
    await progress.track('services', (say) => (say(`starting ${units.length}`), supervisor.startGroup(units)));

    publish = () => {
      const endpoints = currentEndpoints();
      const all = [
        ...Object.values(endpoints.servers),
        ...Object.values(endpoints.services),
        endpoints.servers.mongodb.backend,
      ];
      home.update(
        'up',
        all.flatMap((each) => each?.pid ?? []),
      );
      writeEndpoints(paths.endpointsFile, endpoints);
    };
    publish();
    return { endpoints: currentEndpoints(), notes };
  };
  const ready = bringUp();
  return { ready, stop, kill: () => supervisor.killAll() };
}

/**
 * Both or the first failure, which is told at once but thrown only when both have ended: what the other makes need not be made again.
 *
 * @template A, B
 * @param {Promise<A>} first
 * @param {Promise<B>} second
 * @param {(text: string) => void} note
 * @returns {Promise<[A, B]>}
 */
async function both(first, second, note) {
  let pending = 2;
  const watched = [first, second].map((each) =>
    each.then(
      () => (pending -= 1),
      (error) => {
        pending -= 1;
        if (pending > 0) note(`${describeFailure(error)}\n\nFinishing what else is under way (Ctrl-C ends it) …`);
      },
    ),
  );
  await Promise.all(watched);
  return Promise.all([first, second]);
}

/**
 * @param {string} repoRoot
 * @param {string} name
 */
function entryOf(repoRoot, name) {
  return join(repoRoot, 'apps', name, 'dist', 'main.js');
}

/**
 * @param {string} repoRoot
 * @param {string} name
 */
function requireBuilt(repoRoot, name) {
  const entry = entryOf(repoRoot, name);
  if (!existsSync(entry))
    throw new Failure(`The service ${name} is not built: there is no ${entry}.`, 'Run:  npm run build');
}

/**
 * A rate limit the user has set counts more than ours for development.
 *
 * @param {Record<string, string>} ours
 * @param {NodeJS.ProcessEnv} users
 */
function withUserLimits(ours, users) {
  return Object.fromEntries(
    Object.entries(ours).map(([name, value]) => [
      name,
      (name.startsWith('MILLRACE_RATE_LIMIT_') && users[name]) || value,
    ]),
  );
}
