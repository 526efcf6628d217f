import { mkdirSync } from 'node:fs';
import { describeFailure, StoppedFailure } from '../failure.mjs';
import { rotateLogs } from '../processes/log-rotation.mjs';
import { createSupervisor } from '../processes/supervisor.mjs';
import { serversFile } from '../servers/docker.mjs';
import { demoModelUnit, wantsDemoModel } from './demo-model-unit.mjs';
import { describeEndpoints, pidsOf, writeEndpoints } from './endpoints.mjs';
import { keepLocalMailbox } from './local-mailbox.mjs';
import { mailboxPassword, mailboxServerUnit, mailboxUrl, mailHouseUnit, wantsMailHouse } from './mail-house-unit.mjs';
import { takeHome } from './ownership.mjs';
import {
  chooseServerPorts,
  chooseServicePorts,
  explicitPublicPort,
  portNotes,
  withFreePorts,
} from './platform-ports.mjs';
import { readyWithin } from './ready-within.mjs';
import { devToken, masterKeysFile, operatorToken, profileToken } from './secrets.mjs';
import { serverUnits } from './server-units.mjs';
import { describeServices } from './service-descriptions.mjs';
import { serviceUnits } from './service-units.mjs';
import { keepSpares } from './spares.mjs';

/** Between two attempts to write what runs where, on a full disk. */
const WRITE_RETRY_MS = 2_000;

/**
 * @typedef {object} PlatformOptions
 * @property {string} repoRoot
 * @property {import('../paths.mjs').HomePaths} paths
 * @property {NodeJS.ProcessEnv} env
 * @property {import('../servers/discovery.mjs').ServerSources} sources
 * @property {() => Promise<import('../runtime/sandbox.mjs').PrivateRuntime | undefined>} runtime
 * @property {() => Promise<void>} prepared resolves when the services are installed and built
 * @property {import('../progress.mjs').Progress} progress
 * @property {boolean} [watch] services are restarted while their code changes, and are to be ready again soon
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
 * @returns {{ ready: Promise<Platform>, stop: () => Promise<void>, kill: () => Promise<void>, restart: (service: string) => Promise<void> }} `stop` may be called at any time
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
  const logs = rotateLogs(paths.logs, { log: progress.note });
  const spares = options.watch ? keepSpares() : undefined;
  let stopping = false;

  const stop = async () => {
    publish = () => {};
    if (!stopping) retried(() => home.update('stopping', []), progress.note)();
    stopping = true;
    await Promise.all([spares?.stop(), supervisor.stopAll()]);
    logs.stop();
    home.release();
  };
  const bringUp = async () => {
    await explicitPublicPort(options.env);
    // The slow first steps side by side; nothing is started before all that is needed is there.
    const [runtime] = await both(options.runtime(), options.prepared(), progress.note);
    const descriptions = await describeServices(options.repoRoot, readyWithin(options.env));
    const names = descriptions.services.map((service) => service.name);
    // Ports are chosen now and not before: what is free at the beginning of minutes of set-up may be taken at their end.
    const servers = await withFreePorts(
      () => chooseServerPorts(paths),
      (ports) => startServers(options, { ports, runtime, descriptions, supervisor, onChange: () => publish() }),
      progress.note,
    );
    const { ports, facts } = await withFreePorts(
      () => chooseServicePorts({ paths, env: options.env, services: names }),
      (servicePorts) =>
        startServices(options, { ports: servicePorts, runtime, descriptions, servers, supervisor, spares }),
      progress.note,
    );

    const startedAt = new Date().toISOString();
    const current = () =>
      describeEndpoints({ supervisor, servers, ports, facts, services: names, startedAt, env: options.env });
    publish = retried(() => {
      const endpoints = current();
      home.update('up', pidsOf(endpoints));
      writeEndpoints(paths.endpointsFile, endpoints);
    }, progress.note);
    publish();
    spares?.begin();
    const endpoints = current();
    const mailbox = facts.mailboxUrl && {
      port: ports.mail.imap,
      password: mailboxPassword(paths),
      folder: paths.localMail,
    };
    const problem = await keepLocalMailbox(endpoints, mailbox || undefined);
    return { endpoints, notes: [...portNotes(options.env, ports.public), ...(problem ? [problem] : [])] };
  };
  const ready = bringUp();
  const kill = () => Promise.all([spares?.stop(), supervisor.killAll()]).then(() => undefined);
  return { ready, stop, kill, restart: (service) => supervisor.restart(service) };
}

/**
 * @typedef {object} Startup
 * @property {import('./service-descriptions.mjs').ServiceDescriptions} descriptions
 * @property {import('../processes/supervisor.mjs').Supervisor} supervisor
 */

/**
 * @param {PlatformOptions} options
 * @param {Startup & { ports: import('./platform-ports.mjs').ServerPorts, runtime: import('../runtime/sandbox.mjs').PrivateRuntime | undefined, onChange: () => void }} startup
 * @returns {Promise<import('./server-units.mjs').ServerUnits>}
 */
async function startServers(options, { ports, runtime, descriptions, supervisor, onChange }) {
  const { paths, progress, sources } = options;
  const servers = await serverUnits({
    paths,
    sources,
    runtime,
    ports,
    composeFile: serversFile(options.repoRoot),
    natsUsers: descriptions.natsUsers,
    env: options.env,
    log: (line) => progress.note(`${new Date().toISOString()} ${line}`),
    onChange,
  });
  await progress.track('servers', (say) => (say('starting'), supervisor.startGroup(servers.units)));
  return servers;
}

/**
 * @param {PlatformOptions} options
 * @param {Startup & { ports: import('./platform-ports.mjs').ServicePorts, runtime: import('../runtime/sandbox.mjs').PrivateRuntime | undefined, servers: import('./server-units.mjs').ServerUnits, spares: import('./spares.mjs').Spares | undefined }} startup
 */
async function startServices(options, { ports, runtime, descriptions, servers, supervisor, spares }) {
  const { paths, progress, env } = options;
  const { services } = descriptions;
  const mailboxRuntime = wantsMailHouse(env) ? runtime : undefined;
  const facts = {
    natsUrlOf: servers.natsUrlOf,
    natsMonitorUrl: servers.natsMonitorUrl,
    mongodbUrl: servers.urls.mongodb,
    redisUrl: servers.urls.redis,
    dataDirs: servers.dataDirs,
    health: ports.health,
    publicPort: ports.public,
    publicUrl: `http://localhost:${ports.public}`,
    devToken: devToken(paths.secrets),
    operatorToken: operatorToken(paths.secrets),
    profileToken: profileToken(paths.secrets),
    masterKeysFile: masterKeysFile(paths.secrets),
    demoModelPort: ports.demoModel,
    mailPorts: ports.mail,
    mailboxUrl: mailboxRuntime && mailboxUrl(paths, ports.mail),
  };
  const { repoRoot } = options;
  const units = [
    ...(wantsDemoModel(env) ? [demoModelUnit({ repoRoot, paths, port: ports.demoModel })] : []),
    ...(wantsMailHouse(env) ? [mailHouseUnit({ repoRoot, paths, ports: ports.mail })] : []),
    ...(mailboxRuntime ? [mailboxServerUnit({ runtime: mailboxRuntime, paths, port: ports.mail.imap })] : []),
    ...serviceUnits({ repoRoot, paths, env, services, facts, spares }),
  ];
  await progress.track('services', (say) => (say(`starting ${units.length}`), supervisor.startGroup(units)));
  return { ports, facts };
}

/**
 * A write that is tried again while it fails: a full disk must not end the one who keeps everything running.
 *
 * @param {() => void} write
 * @param {(text: string) => void} note
 */
function retried(write, note) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  let failures = 0;
  return function attempt() {
    clearTimeout(timer);
    try {
      write();
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === 1) note(`What runs where could not be written (${String(error)}); trying again.`);
      timer = setTimeout(attempt, WRITE_RETRY_MS);
      timer.unref();
    }
  };
}

/**
 * Both or the first failure, which is reported at once but thrown only when both have ended: what the other makes need not be made again.
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
        const isNews = pending > 0 && !(error instanceof StoppedFailure);
        if (isNews) note(`${describeFailure(error)}\n\nFinishing what else is under way (Ctrl-C ends it) …`);
      },
    ),
  );
  await Promise.all(watched);
  return Promise.all([first, second]);
}
