import { mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../failure.mjs';
import { watchHealth } from '../processes/health-watch.mjs';
import { rotateLog } from '../processes/log-file.mjs';
import { natsOutgrown, natsProblem } from '../servers/nats-health.mjs';
import { startNats } from '../servers/nats.mjs';
import { serverPassword } from './secrets.mjs';

/** The user of people, benchmarks and tools: may do everything. */
const OPERATOR = 'operator';

/** Free space below which a restart of NATS would fail again: a share of the disk, and no more than this many bytes. */
const NEEDED_SHARE = 0.02;
const NEEDED_BYTES_AT_MOST = 1024 ** 3;

/** A second is what a power failure may cost; it costs no throughput that can be measured. */
const SYNC_INTERVAL = '1s';

/**
 * NATS with a user for each service, watched: it keeps an error of its disk, and the limit of its store, until it is restarted.
 *
 * @param {object} options
 * @param {import('../servers/running-server.mjs').Launch} options.launch
 * @param {import('../paths.mjs').HomePaths} options.paths
 * @param {{ nats: number, natsMonitor: number }} options.ports
 * @param {Omit<import('../servers/nats.mjs').NatsUser, 'password'>[]} options.natsUsers
 * @param {NodeJS.ProcessEnv} options.env `MILLRACE_NATS_SYNC_INTERVAL` is read
 * @param {(line: string) => void} options.log
 * @param {() => void} options.onChange
 * @returns {{ unit: import('../processes/supervisor.mjs').Unit, operatorUrl: string } & Pick<import('./server-units.mjs').ServerUnits, 'natsUrlOf' | 'natsMonitorUrl' | 'natsProblem'>}
 */
export function natsUnit({ launch, paths, ports, natsUsers, env, log, onChange }) {
  const passwordOf = (/** @type {string} */ user) => serverPassword(paths.secrets, `nats-${user}`);
  const natsUrlOf = (/** @type {string} */ user) => `nats://${user}:${passwordOf(user)}@127.0.0.1:${ports.nats}`;
  const users = [{ user: OPERATOR }, ...natsUsers].map((user) => ({ ...user, password: passwordOf(user.user) }));
  const natsMonitorUrl = `http://127.0.0.1:${ports.natsMonitor}`;
  const logFile = join(paths.logs, 'nats.log');
  const launching = {
    launch,
    dir: paths.natsData,
    port: ports.nats,
    monitorPort: ports.natsMonitor,
    logFile,
    users,
    syncInterval: syncInterval(env),
  };

  /** @type {import('../servers/running-server.mjs').RunningServer | undefined} */
  let running;
  /** @type {string | undefined} */
  let restartReason;
  /** @type {import('../processes/health-watch.mjs').HealthWatch | undefined} */
  let watch;
  const start = async () => {
    rotateLog(logFile);
    const server = await startNats(launching);
    running = server;
    watch ??= watchHealth({
      problem: async () =>
        running && ((await natsProblem(natsMonitorUrl)) ?? (await natsOutgrown(natsMonitorUrl, paths.natsData))),
      space: () => spaceOf(paths.natsData),
      restart: async (problem) => {
        restartReason = problem;
        await running?.stop();
      },
      log: (line) => log(`nats: ${line}`),
      onChange,
    });
    const ended = server.ended.then((reason) => {
      if (running === server) running = undefined;
      const why = restartReason ?? reason;
      restartReason = undefined;
      return why;
    });
    return { pid: server.pid, ended, stop: server.stop, kill: server.kill };
  };
  return {
    unit: { name: 'nats', start },
    operatorUrl: natsUrlOf(OPERATOR),
    natsUrlOf,
    natsMonitorUrl,
    natsProblem: () => watch?.state(),
  };
}

/** @param {NodeJS.ProcessEnv} env */
function syncInterval({ MILLRACE_NATS_SYNC_INTERVAL: given = SYNC_INTERVAL }) {
  if (/^(always|[1-9][0-9]{0,5}(ms|s|m))$/.test(given)) return given;
  throw new Failure(
    `MILLRACE_NATS_SYNC_INTERVAL is ${given}.`,
    'Set it to a time such as 1s, 500ms or 2m, or to always; or unset it for 1s.',
  );
}

/** @param {string} dir */
function spaceOf(dir) {
  mkdirSync(dir, { recursive: true });
  const { bavail, blocks, bsize } = statfsSync(dir);
  return { free: bavail * bsize, needed: Math.min(blocks * bsize * NEEDED_SHARE, NEEDED_BYTES_AT_MOST) };
}
